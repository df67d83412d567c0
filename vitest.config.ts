import { accessSync, constants } from 'node:fs'
import { defineConfig } from 'vitest/config'

/** What the end-to-end suite starts for real. */
const programs = ['containerd', 'ctr', 'runc', 'busybox', 'dockerd', 'docker', 'prometheus']
const install = 'apt-get install containerd runc busybox-static docker.io prometheus'

const obstacle = obstacleToRealRuntimes()
// In CI nothing is skipped: what is missing there must fail.
const real = obstacle === undefined || process.env.CI === 'true'
if (!real && process.env.VITEST !== undefined) {
  console.warn(`\n  test/e2e is SKIPPED: ${obstacle}\n  It runs real container runtimes. On Debian: ${install}\n`)
}

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          testTimeout: 30_000,
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
                testTimeout: 300_000,
                hookTimeout: 300_000,
                teardownTimeout: 60_000,
              },
            },
          ]
        : []),
    ],
  },
})

function obstacleToRealRuntimes(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux.'
  if (process.getuid?.() !== 0) return 'not running as root.'
  const missing = programs.filter((program) => !installed(program))
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}.`
}

function installed(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(`${folder}/${program}`, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
