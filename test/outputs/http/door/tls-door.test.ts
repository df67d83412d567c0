import { describe, expect, test } from 'vitest'
import { subjectNames } from '../../../../src/outputs/http/door/tls-door.ts'

describe('the names in a certificate', () => {
  test.each([
    [undefined, []],
    ['DNS:prometheus.example', ['prometheus.example']],
    ['DNS:a, IP Address:192.0.2.1, URI:spiffe://b/c, email:d@e', ['a', '192.0.2.1', 'spiffe://b/c', 'd@e']],
    // One name with a comma in it is not two.
    ['DNS:"a, DNS:prometheus.example"', ['a, DNS:prometheus.example']],
    ['DNS:"a\\"b", DNS:c', ['a"b', 'c']],
    ['othername:<unsupported>, DNS:c', ['c']],
  ])('%j', (text, names) => expect(subjectNames(text)).toEqual(names))
})
