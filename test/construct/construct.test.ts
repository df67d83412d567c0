import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Constructed, construct } from './node.ts'

const folder = new URL('./nodes/', import.meta.url)

/** Every file of `nodes/` exports the nodes that it describes. */
async function allConstructed(): Promise<Constructed[]> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'))
  const modules = await Promise.all(
    files.map((file) => import(new URL(file, folder).href) as Promise<{ nodes: Constructed[] }>),
  )
  return modules.flatMap(({ nodes }) => nodes)
}

const constructed = await allConstructed()

describe('constructed recordings', () => {
  it('have names of their own, and there are some', () => {
    const names = constructed.map(({ name }) => name)
    expect(names.length).toBeGreaterThan(0)
    expect(new Set(names).size).toBe(names.length)
  })

  it.each(constructed)('$name is on disk as it is described', async (node) => {
    expect(node.story).toMatch(/^Constructed: /m)
    await expect(await construct(node)).toMatchFileSnapshot(`../recordings/${node.name}.proc`)
  })
})
