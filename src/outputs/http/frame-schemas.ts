import * as T from 'typebox'
import { eventTypes } from '../../core/model/event.ts'
import { closed, count, list, text, time, word } from './shapes.ts'
import {
  container,
  daemon,
  evidence,
  pass,
  pod,
  process,
  processKey,
  shim,
  snapshot,
  subject,
  verdict,
} from './snapshot-schemas.ts'

/* The frames of the live feed and the events that they carry, as JSON Schema. */

const eventFacts = closed({
  program: T.Optional(text),
  replaces: T.Optional(closed({ key: processKey, pid: count })),
  shims: T.Optional(list(processKey)),
  daemon: T.Optional(processKey),
  bundleDeleted: T.Optional(T.Literal(true)),
  shim: T.Optional(processKey),
  outlivedBy: T.Optional(list(closed({ key: text, called: text, pid: count }))),
  role: T.Optional(word('sandbox', 'container')),
  name: T.Optional(text),
  pod: T.Optional(pod),
  code: T.Optional(text),
})

export const event = closed({
  seq: count,
  at: time,
  type: word(...eventTypes),
  subject,
  summary: text,
  facts: T.Optional(eventFacts),
})

export const story = closed({
  id: T.String({ description: 'Stays the same while the story grows.' }),
  kind: text,
  since: time,
  until: time,
  summary: text,
  proof: list(evidence),
  settled: T.Boolean({ description: 'Nothing is waited for: the summary says how it ended.' }),
  members: list(
    closed({
      part: word('cause', 'effect', 'with'),
      seq: count,
      at: time,
      type: word(...eventTypes),
      subject,
    }),
  ),
})

export const hello = closed({
  type: word('hello'),
  seq: count,
  takenAt: time,
  schema: word('shimscope/v1'),
  node: text,
  bootId: text,
  run: text,
  intervalMs: T.Number(),
})

export const snapshotFrame = closed({ type: word('snapshot'), seq: count, takenAt: time, snapshot })

export const delta = closed({
  type: word('delta'),
  seq: count,
  takenAt: time,
  previous: count,
  pass,
  changed: closed({
    daemons: list(daemon),
    shims: list(shim),
    containers: list(container),
    verdicts: list(verdict),
    processes: T.Optional(list(process)),
  }),
  removed: closed({
    daemons: list(text),
    shims: list(text),
    containers: list(text),
    verdicts: list(text),
    processes: T.Optional(list(text)),
  }),
  events: list(event),
})

export const heartbeat = closed({ type: word('heartbeat'), seq: count, takenAt: time })
