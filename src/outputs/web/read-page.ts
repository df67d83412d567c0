import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One file of the built page. */
export interface PageFile {
  /** Where it is served: `/`, or `/assets/…`. */
  readonly path: string
  readonly type: string
  readonly body: Buffer
  /** Its name has a hash of its content, so that a browser need not ask again. */
  readonly immutable: boolean
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const unbuilt = `<!doctype html><meta charset="utf-8"><title>shimscope</title>
<p>The page was not built with this agent: run <code>npm run build</code>. The <a href="tree">tree as text</a> is here.</p>
`

/**
 * The page as the build left it, all of it in memory: a few files, and no request can ask for another.
 *
 * @param folder where the build puts it, by default beside this module; without it there is one page that says so
 */
export function readPage(folder: string = fileURLToPath(new URL('./page', import.meta.url))): readonly PageFile[] {
  if (!existsSync(join(folder, 'assets'))) {
    return [{ path: '/', type: 'text/html; charset=utf-8', body: Buffer.from(unbuilt), immutable: false }]
  }
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => extname(name) in types)
    .map((name) => ({
      path: name === 'index.html' ? '/' : `/${name}`,
      type: types[extname(name)] ?? '',
      body: readFileSync(join(folder, name)),
      immutable: name.startsWith('assets/'),
    }))
}
