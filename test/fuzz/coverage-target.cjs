/** What the fuzzer calls with each input: one parser, as the bundle of `coverage.mjs` has it. */
const { parsers } = require(process.env.SHIMSCOPE_FUZZ_BUNDLE)

const { parse, refusesWith } = parsers.find(({ name }) => name === process.env.SHIMSCOPE_FUZZ_PARSER)

exports.fuzz = (data) => {
  try {
    parse(data)
  } catch (error) {
    if (refusesWith === undefined || !(error instanceof refusesWith)) throw error
  }
}
