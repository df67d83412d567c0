import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { optionNames, options } from '../src/config.ts'
import { renderRuntimes } from '../src/commands/runtimes.ts'
import { storyKinds } from '../src/core/stories/index.ts'
import { verdictRules } from '../src/core/verdicts/index.ts'
import { signatures } from '../src/core/verdicts/signatures.ts'
import { everyMetric } from '../src/outputs/metrics/exposition.ts'
import { packages } from './e2e/support/prerequisites.ts'

/** The tables of the README, made from the tables of the program. */
const sections: Readonly<Record<string, () => string>> = {
  verdicts: () =>
    table(
      ['verdict', 'severity', 'means'],
      verdictRules.map(({ code, severity, title }) => [`[\`${code}\`](runbooks/${code}.md)`, severity, title]),
    ),
  signatures: () =>
    table(
      ['#', 'failure', 'verdict', 'recorded', 'looks alike'],
      signatures.map(({ id, title, codes, recordings, nearMisses }) => [
        id,
        title,
        ...[codes, recordings, nearMisses].map((names) => names.map((name) => `\`${name}\``).join(' ')),
      ]),
    ),
  runtimes: () => `\`\`\`\n${renderRuntimes()}\`\`\``,
  metrics: () =>
    table(
      ['metric', 'type', 'labels', 'means'],
      everyMetric().map(({ name, type, labels, help }) => [
        `\`${name}\``,
        type,
        labels.map((label) => `\`${label}\``).join(' '),
        help,
      ]),
    ),
  packages: () => `\`\`\`sh\napt-get install ${linesOf(Object.keys(packages))}\n\`\`\`\n`,
  stories: () =>
    table(
      ['story', 'tells'],
      storyKinds.map(({ kind, title }) => [`\`${kind}\``, title]),
    ),
  options: () =>
    table(
      ['option', 'environment', 'default', 'what it does', 'commands'],
      optionNames.map((name) => {
        const { flag, env, fallback, help, commands } = options[name]
        return [`\`${flag}\``, `\`${env}\``, fallback === undefined ? '' : `\`${fallback}\``, help, commands.join(', ')]
      }),
    ),
}

/** `npx vitest run --project unit -u` writes the page anew. */
it('has the tables that the program has', async () => {
  let readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  for (const [name, made] of Object.entries(sections)) {
    const place = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`)
    expect(readme).toMatch(place)
    readme = readme.replace(place, (_, open: string, close: string) => `${open}${made()}\n${close}`)
  }
  await expect(readme).toMatchFileSnapshot('../README.md')
})

/** Words as a shell takes them over several lines. */
function linesOf(words: readonly string[]): string {
  const lines: string[] = ['']
  for (const word of words) {
    const last = lines.pop() ?? ''
    lines.push(...(last.length + word.length < 90 ? [last === '' ? word : `${last} ${word}`] : [last, word]))
  }
  return lines.join(' \\\n  ')
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
