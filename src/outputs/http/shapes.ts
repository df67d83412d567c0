import * as T from 'typebox'

/*
 * Building blocks of the response schemas. `['string', 'null']` rather than a union: the serialiser then looks at the
 * value once instead of validating it against each branch.
 */

/** An object with these fields and no other: what is not declared is not sent. */
export const closed = <P extends T.TProperties>(properties: P) => T.Object(properties, { additionalProperties: false })

export const list = <S extends T.TSchema>(items: S) => T.Unsafe<readonly T.Static<S>[]>({ type: 'array', items })

export const text = T.String()
export const count = T.Unsafe<number>({ type: 'integer', minimum: 0 })
export const measure = T.Unsafe<number>({ type: 'number', minimum: 0 })
export const time = T.Unsafe<string>({ type: 'string', description: 'ISO 8601, UTC' })

export const textOrNull = T.Unsafe<string | null>({ type: ['string', 'null'] })
export const countOrNull = T.Unsafe<number | null>({ type: ['integer', 'null'] })
export const measureOrNull = T.Unsafe<number | null>({ type: ['number', 'null'] })
export const yesNoOrNull = T.Unsafe<boolean | null>({ type: ['boolean', 'null'] })

/** One of a closed set of words. */
export const word = <const W extends string>(...words: readonly W[]) => T.Unsafe<W>({ type: 'string', enum: words })

/** Counts by a name that is not known beforehand. */
export const countsByName = T.Unsafe<Readonly<Record<string, number>>>({
  type: 'object',
  additionalProperties: { type: 'integer' },
})
