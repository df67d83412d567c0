/**
 * Something that a person gave us and that we cannot work with. The message is one clear sentence that says what was
 * given and what to do next; `main` prints it without a stack and exits with code 2.
 */
export class BadInput extends Error {
  override readonly name: string = 'BadInput'
}
