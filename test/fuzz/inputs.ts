import fc from 'fast-check'

/** What breaks parsers: ends, separators, numbers beyond all bounds, bytes that are no text. */
const splinters = [
  '',
  '\0',
  '\n',
  '\r\n',
  ' ',
  '\t',
  ':',
  '/',
  '//',
  '/..',
  '(',
  ')',
  '[',
  '{',
  '}',
  '"',
  "'",
  '\\',
  '\\u0000',
  '@',
  '=',
  ',',
  '-',
  '--',
  '-1',
  '0',
  '00',
  '99999999999999999999',
  '1e999',
  'NaN',
  '\u202e',
  '\u001b[2J',
  '\ufeff',
  '\ud800',
  '␀',
  '␄',
  '␛',
  '␛zz',
  '== ',
  '-- /x --',
  ' -> ',
  ' (deleted)',
  '__proto__',
  'constructor',
]
  .map((splinter) => Buffer.from(splinter, 'utf8'))
  .concat([0x80, 0xff, 0xc0, 0xed].map((byte) => Buffer.from([byte])))

type Change = { readonly at: number; readonly cut: number; readonly put: Uint8Array; readonly times: number }

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.oneof(fc.constant(0), fc.nat(8), fc.nat(2_000)),
  put: fc.oneof(fc.constantFrom(...splinters), fc.uint8Array({ maxLength: 8 })),
  times: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.nat(300) }),
})

/** A few places of a text cut out, put in, or repeated. */
export const changed = (seeds: readonly Buffer[]): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 6 }))
    .map(([seed, changes]) => changes.reduce(applied, seed))

function applied(bytes: Buffer, { at, cut, put, times }: Change): Buffer {
  const start = Math.floor(at * bytes.length)
  const middle = Array.from({ length: times }, () => put)
  return Buffer.concat([bytes.subarray(0, start), ...middle, bytes.subarray(start + cut)])
}

export const anything = (seeds: readonly Buffer[]): fc.Arbitrary<Buffer> =>
  fc.oneof(
    { weight: 8, arbitrary: changed(seeds) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }).map((text) => Buffer.from(text)) },
  )

/** Pieces that a hostile text may be made of by the hundred thousand: of the seeds, and splinters. */
export const pieces = (seeds: readonly string[]): string[] =>
  [
    ...new Set([
      ...seeds,
      ...seeds.flatMap((seed) => seed.split(/(?<=[\n\0 /:=,-])/)),
      ...splinters.map((one) => one.toString('latin1')),
    ]),
  ].filter((piece) => piece !== '')

/** How many inputs each parser gets: more where somebody has the time (`npm run fuzz`). */
export const RUNS = Number(process.env['SHIMSCOPE_FUZZ_RUNS'] ?? 400)
