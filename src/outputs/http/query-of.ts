/** Text parameters of a bearable length; others are ignored. */
export const queryOf = (names: readonly string[]) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string', maxLength: 256 }])),
})
