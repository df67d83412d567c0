import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

/** Every module, and every package, that is loaded before the first line of this one runs. */
function loadedBy(path: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(path)) return found
  found.add(path)
  // `import('…')` waits until it is called, and a type is nothing to load.
  const imports = readFileSync(path, 'utf8').matchAll(
    /^(?:import|export) (?!type )(?:\{[^}]*\}|\* as \w+|\w+(?:, \{[^}]*\})?) from '([^']+)'/gm,
  )
  for (const [, specifier = ''] of imports) {
    if (specifier.startsWith('.')) loadedBy(join(dirname(path), specifier), found)
    else if (!specifier.startsWith('node:')) found.add(specifier)
  }
  return found
}

const packagesOf = (path: string): string[] => [...loadedBy(path)].filter((name) => !name.startsWith('src/')).sort()

test('no command is loaded before it is called', () => {
  expect(packagesOf('src/main.ts')).toEqual(['commander'])
  expect([...loadedBy('src/main.ts')]).not.toContain('src/commands/tree.ts')
})

// On call it is typed again and again, on a node that is short of everything.
test.each(['tree', 'verdicts'])('%s loads nothing but what measures its columns', (name) => {
  expect(packagesOf(`src/commands/${name}.ts`)).toEqual(['string-width'])
})

test.each(['snapshot', 'explain', 'runtimes', 'doctor', 'record', 'serve', 'watch'])(
  '%s does not load the schemas: they are for files from a journal, and for the server once it is asked for',
  (name) => {
    const packages = packagesOf(`src/commands/${name}.ts`)
    expect(packages).not.toContain('typebox')
    expect(packages).not.toContain('fastify')
  },
)

test('the server does: so they would be seen', () => {
  expect(packagesOf('src/outputs/http/server.ts')).toEqual(expect.arrayContaining(['fastify', 'typebox']))
})

test('a reader of nodes draws no screen and serves nobody', () => {
  expect(packagesOf('src/commands/look-worker.ts')).toEqual([])
})
