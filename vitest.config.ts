import { defineConfig } from 'vitest/config'
import { obstacle } from './test/e2e/support/prerequisites.ts'

const why = obstacle()
// In CI nothing is skipped: what is missing there must fail.
const real = why === undefined || process.env.CI === 'true'
if (!real && process.env.VITEST !== undefined) {
  console.warn(
    `\n  test/e2e is SKIPPED: ${why}.\n  It starts real container runtimes, as root on Debian; .ci/run installs what it needs.\n`,
  )
}

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      ...(real
        ? [
            {
              test: {
                name: 'e2e',
                include: ['test/e2e/**/*.test.ts'],
                // One runtime world at a time, and only after the quick tests.
                sequence: { groupOrder: 1 },
                fileParallelism: false,
                // Runtimes act on clocks of their own, and a busy machine may be late for them: what fails twice is wrong.
                retry: 1,
                testTimeout: 300_000,
                hookTimeout: 300_000,
              },
            },
          ]
        : []),
    ],
  },
})
