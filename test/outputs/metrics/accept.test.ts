import { expect, test } from 'vitest'
import { prefersOpenMetrics } from '../../../src/outputs/metrics/accept.ts'

test.each([
  [undefined, false],
  ['', false],
  ['*/*', false],
  ['text/html,application/xhtml+xml,*/*;q=0.8', false],
  ['text/plain', false],
  ['application/openmetrics-text', true],
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    true,
  ],
  ['text/plain;version=0.0.4;q=0.9,application/openmetrics-text;q=0.5', false],
  ['application/openmetrics-text;q=0', false],
  ['Application/OpenMetrics-Text; Q=0.9', true],
  ['application/openmetrics-text;q=nonsense', false],
  [';;;,,,;q=', false],
])('%s', (accept, expected) => expect(prefersOpenMetrics(accept)).toBe(expected))
