import * as T from 'typebox'
import { eventTypes } from '../../core/model/event.ts'
import { closed, count, list, text, time, word } from './shapes.ts'
import { container, daemon, pass, process, shim, snapshot, subject, verdict } from './snapshot-schemas.ts'

/* The frames of the live feed and the events that they carry, as JSON Schema. */

export const event = closed({ seq: count, at: time, type: word(...eventTypes), subject, summary: text })

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
