import { writeFileSync } from 'node:fs'
import { until } from './until.ts'
import type { World } from './world.ts'

export interface Sample {
  /** Without the name, `job` and `instance`, unless they are kept. */
  readonly labels: Readonly<Record<string, string>>
  readonly value: string
}

export interface Prometheus {
  readonly pid: number
  /** An instant query, its series sorted by their labels; none while it does not serve yet. */
  query(promql: string, options?: { readonly keepTarget?: boolean }): Promise<readonly Sample[]>
  /** The series that have at least one value between then and now. */
  queryRange(promql: string, sinceSeconds: number): Promise<readonly Sample[]>
}

/** A real Prometheus in a world, at its usual address. */
export async function startPrometheus(world: World, config: string, port = 9090): Promise<Prometheus> {
  const name = `/run/prometheus-${port}`
  writeFileSync(world.path(`${name}.yml`), config)
  const options = [`--config.file=${name}.yml`, `--storage.tsdb.path=${name}`, `--web.listen-address=127.0.0.1:${port}`]
  const pid = await world.start(`${name}.log`, 'prometheus', ...options)
  const ask = async (path: string): Promise<Answer['data'] | undefined> => {
    const url = `http://127.0.0.1:${port}/api/v1/${path}`
    const { code, stdout, stderr } = await world.attempt('busybox', 'wget', '-q', '-O', '-', url)
    if (code === 0) return (JSON.parse(stdout) as Answer).data
    if (/refused|503/.test(stderr)) return undefined
    throw new Error(`Prometheus was asked ${decodeURIComponent(path)}: ${stderr}`)
  }
  await until('Prometheus serves', async () => (await ask('query?query=1')) !== undefined)
  return {
    pid,
    async query(promql, { keepTarget = false } = {}) {
      const answer = await ask(`query?query=${encodeURIComponent(promql)}`)
      return (answer?.result ?? [])
        .map(({ metric, value }) => ({ labels: keepTarget ? metric : untargeted(metric), value: value?.[1] ?? '' }))
        .sort((a, b) => (JSON.stringify(a.labels) < JSON.stringify(b.labels) ? -1 : 1))
    },
    async queryRange(promql, sinceSeconds) {
      const end = Date.now() / 1_000
      const range = `start=${end - sinceSeconds}&end=${end}&step=1`
      const answer = await ask(`query_range?query=${encodeURIComponent(promql)}&${range}`)
      return (answer?.result ?? []).flatMap(({ metric, values = [] }) => {
        const known = values.filter(([, value]) => value !== 'NaN')
        return known.length === 0 ? [] : [{ labels: metric, value: known.at(-1)?.[1] ?? '' }]
      })
    },
  }
}

interface Answer {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>
      readonly value?: readonly [number, string]
      readonly values?: readonly (readonly [number, string])[]
    }[]
  }
}

const untargeted = ({
  __name__,
  instance,
  job,
  ...labels
}: Readonly<Record<string, string>>): Readonly<Record<string, string>> => labels
