import { Compile, type Validator } from 'typebox/schema'
import { event } from './frame-schemas.ts'
import { container, daemon, pass, shim, verdict } from './snapshot-schemas.ts'

const parts = { daemon, shim, container, verdict, event, pass } as const

/**
 * What is wrong with a part of a snapshot that a file holds, by the schema with which it is served; `undefined`: nothing.
 * Times are looked at too, since they are reckoned with.
 */
export function faultIn(part: keyof typeof parts, value: unknown): string | undefined {
  const validator = validatorOf(part)
  if (!validator.Check(value)) {
    const [, errors] = validator.Errors(value)
    // An unknown field is told twice, and this time with its name.
    const first = errors.find(({ keyword }) => keyword === 'boolean') ?? errors[0]
    const wrong = first?.keyword === 'boolean' ? 'is unknown here' : (first?.message ?? 'is wrong')
    return `${first?.instancePath || 'the whole'} ${wrong}`
  }
  const wrong = Object.entries(value as object).find(([name, time]) => times.has(name) && !isTime(time))
  return wrong && `/${wrong[0]} must be a time such as 2026-11-21T03:12:00.000Z`
}

const validators = new Map<string, Validator>()

/** Made when it is first needed: most commands read no such file. */
function validatorOf(part: keyof typeof parts): Validator {
  const validator = validators.get(part) ?? Compile(parts[part])
  validators.set(part, validator)
  return validator
}

const times: ReadonlySet<string> = new Set(['at', 'since', 'startedAt'])

const isTime = (value: unknown): boolean =>
  value === null ||
  (typeof value === 'string' &&
    /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) &&
    !Number.isNaN(Date.parse(value)))
