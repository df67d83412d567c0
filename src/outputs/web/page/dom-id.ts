/**
 * The id in the document of a row, by the row's own: different for different rows, and without white space whatever a
 * cgroup or a container was named.
 */
export const domId = (id: string): string =>
  `row-${id.replaceAll(/[^A-Za-z0-9]/gu, (character) => `_${(character.codePointAt(0) ?? 0).toString(16)}_`)}`
