import { nest } from '../core/snapshot/nest.ts'
import { renderTree } from '../outputs/text/tree.ts'
import { BadInput } from '../sources/bad-input.ts'
import type { Command } from './command.ts'
import { look } from './look.ts'
import { styleOf } from './style.ts'

export const tree: Command = {
  name: 'tree',
  argument: { form: '[query]', help: 'show only this: a pid, the start of an id, or a pod (name, namespace/name or uid)' },
  title: 'daemons, shims, containers and processes as text, with verdicts in place',
  async run({ settings, argument, io }) {
    const snapshot = await look(settings)
    const text = renderTree(snapshot, { ...styleOf(settings, io), ...(argument === undefined ? {} : { query: argument }) })
    if (text === undefined) {
      throw new BadInput(`nothing here is called ${JSON.stringify(argument)}; give a pid, an id or a pod as shimscope tree shows them`)
    }
    if (settings.json) io.stdout.write(`${JSON.stringify({ ...snapshot, roots: nest(snapshot) }, null, 2)}\n`)
    else io.stdout.write(text)
    return 0
  },
}
