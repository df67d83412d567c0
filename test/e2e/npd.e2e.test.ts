import { describe, expect, test } from 'vitest'
import { openNode } from './support/node.ts'
import { skipReal } from './support/prerequisites.ts'
import { shimscope } from './support/shimscope.ts'

describe.skipIf(skipReal())('the plugin of node-problem-detector on a real node', () => {
  test('no problem; then a problem that only a second look can tell', { timeout: 60_000 }, async () => {
    const { world, containerd: start } = await openNode({})
    try {
      const containerd = await start()
      await containerd.run('web')
      const ask = () => shimscope(world, 'verdicts', '--output=npd', '--grace=1s')
      expect(await ask()).toEqual({ code: 0, stdout: 'no verdict fires\n', stderr: '' })
      await containerd.stop('KILL')
      // Nobody can prove how long a daemon has been gone: the first look leaves it pending.
      const { code, stdout, stderr } = await ask()
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
      expect(stdout).toMatch(/^shim-daemonless: shim web pid \d+\n$/)
    } finally {
      await world.close()
    }
  })
})
