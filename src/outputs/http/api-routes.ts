import * as T from 'typebox'
import type { Agent } from '../../agent/agent.ts'
import type { Severity, Snapshot } from '../../core/model/snapshot.ts'
import { type Happening, isEvent } from '../../core/model/story.ts'
import { presentStory } from '../../core/stories/present.ts'
import { tellStories } from '../../core/stories/tell.ts'
import { nest } from '../../core/snapshot/nest.ts'
import { timeForms } from '../../core/snapshot/time-of.ts'
import { event, story } from './frame-schemas.ts'
import {
  blankReasons,
  happenedBetween,
  MOST_EVENTS,
  MOST_MARKS,
  type Past,
  snapshotAt,
  someOf,
  timeline,
} from './past.ts'
import { notLookedYet, Refusal } from './refusal.ts'
import { closed, count, list, text, textOrNull, time, word } from './shapes.ts'
import { container, daemon, process, shim, snapshot, verdict } from './snapshot-schemas.ts'

/** The columns of the runtime table that the API shows. */
export interface RuntimeRow {
  readonly id: string
  readonly program: string
  readonly title: string
  readonly docs: string
}

/** The columns of the verdict table that the API shows. */
export interface VerdictRow {
  readonly code: string
  readonly severity: Severity
  readonly title: string
}

export interface ApiSources {
  readonly agent: Agent
  readonly runtimeTable: readonly RuntimeRow[]
  readonly verdictTable: readonly VerdictRow[]
  readonly past?: Past
}

/** One resource below /api/v1: its route, its schema and its documentation. */
export interface ApiRoute {
  readonly path: string
  readonly summary: string
  /** Query parameters and what they do; their values are text. */
  readonly query: Readonly<Record<string, string>>
  readonly schema: T.TSchema
  /** With `?follow` it does not end: server-sent events. */
  readonly follow?: 'events'
  /** The signal aborts when nobody waits for the answer any more. */
  answer(sources: ApiSources, query: Readonly<Record<string, string | undefined>>, signal: AbortSignal): unknown
}

/** Whether a parameter like `?processes` is set; `=0` and `=false` say no. */
export const isSet = (value: string | undefined): boolean => value !== undefined && value !== '0' && value !== 'false'

const latest = ({ agent }: ApiSources): Snapshot => {
  const pass = agent.latest()
  if (pass === undefined) throw notLookedYet()
  return pass.snapshot
}

/** What is there now, or what `?at=` asks for of the past. */
export const shownBy = async (
  sources: ApiSources,
  query: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Snapshot> => (query['at'] === undefined ? latest(sources) : await snapshotAt(sources, query['at'], signal))

export const at = `The moment as the journal has it, without processes: ${timeForms}. What is answered is the last look from then or from before; takenAt and Last-Modified say which.`

const moment = ({ run, seq, takenAt }: Snapshot) => ({ run, seq, takenAt })
const momentFields = { run: text, seq: count, takenAt: time }

/** One of the four arrays, with the moment that it shows. */
const collection = (
  name: 'daemons' | 'shims' | 'containers' | 'verdicts',
  item: T.TSchema,
  summary: string,
): ApiRoute => ({
  path: `/api/v1/${name}`,
  summary,
  query: { at },
  schema: closed({ ...momentFields, [name]: list(item) }),
  async answer(sources, query, signal) {
    const shown = await shownBy(sources, query, signal)
    return { ...moment(shown), [name]: shown[name] }
  },
})

/** An element of the tree. Exactly one of `daemon`, `shim` and `container` is there: the one that `kind` names. */
export const branch = {
  $id: 'branch',
  type: 'object',
  additionalProperties: false,
  required: ['kind', 'key', 'verdicts', 'children'],
  properties: {
    kind: word('daemon', 'shim', 'container'),
    key: text,
    daemon,
    shim,
    container,
    verdicts: list(verdict),
    children: { type: 'array', items: { $ref: 'branch#' } },
  },
}

export const apiRoutes: readonly ApiRoute[] = [
  {
    path: '/api/v1/snapshot',
    summary: 'Everything about the node at one moment.',
    query: {
      processes: 'Adds the processes; refused where they are not known, since what is shown is from a journal.',
      at,
    },
    schema: snapshot,
    async answer(sources, query, signal) {
      if (!isSet(query['processes'])) return await shownBy(sources, query, signal)
      if (query['at'] !== undefined) throw noProcessesThen()
      // The order matters: the snapshot is the one that the processes were made of, or a later one.
      const processes = await processesOf(sources)
      return { ...latest(sources), processes }
    },
  },
  {
    path: '/api/v1/tree',
    summary:
      'Daemons with their shims, shims with their containers, and the verdicts about each; nested as they are kept.',
    query: { at },
    schema: closed({ ...momentFields, roots: T.Unsafe({ type: 'array', items: { $ref: 'branch#' } }) }),
    async answer(sources, query, signal) {
      const shown = await shownBy(sources, query, signal)
      return { ...moment(shown), roots: nest(shown) }
    },
  },
  collection('daemons', daemon, 'Living daemons, sorted by key.'),
  collection('shims', shim, 'Living shims, sorted by key.'),
  collection('containers', container, 'Containers, sorted by key.'),
  collection('verdicts', verdict, 'What is wrong, pending and firing, sorted by key.'),
  {
    path: '/api/v1/processes',
    summary: 'Every process on the node and what it is.',
    query: { at: 'Refused: a journal keeps no processes.' },
    schema: closed({ ...momentFields, processes: list(process) }),
    async answer(sources, query) {
      if (query['at'] !== undefined) throw noProcessesThen()
      const processes = await processesOf(sources)
      return { ...moment(latest(sources)), processes }
    },
  },
  {
    path: '/api/v1/events',
    summary:
      'What happened lately, oldest first, and which of it belongs together. With ?follow, server-sent events as they happen.',
    query: {
      follow: 'Keeps the connection open and sends each event as it happens (text/event-stream).',
      since: `From the journal, events from then on, the first ${MOST_EVENTS}: ${timeForms}.`,
      until: 'From the journal, events until then, in the same forms; until now unless given.',
      first: 'Only so many, from the first on.',
      last: 'Only so many, up to the last.',
    },
    schema: closed({ ...momentFields, events: list(event), stories: list(story) }),
    follow: 'events',
    async answer(sources, asked, signal) {
      const happened =
        asked['since'] === undefined && asked['until'] === undefined
          ? someOf(sources.agent.events(), asked)
          : await happenedBetween(sources, asked, signal)
      return { ...moment(latest(sources)), events: happened.filter(isEvent), stories: storiesIn(happened) }
    },
  },
  {
    path: '/api/v1/timeline',
    summary:
      'Since when a journal is kept, if one is, when something happened, of what nothing is known, and when the node was rebooted: what one needs to draw it.',
    query: {
      since: `Marks from then on; from the beginning of the journal unless given: ${timeForms}.`,
      until: 'Marks until then, in the same forms; until now unless given.',
      parts: `Into how many equal stretches that time is cut, ${MOST_MARKS} at most: one mark each where anything happened.`,
    },
    schema: closed({
      ...momentFields,
      journal: T.Boolean({ description: 'Whether this agent keeps one.' }),
      beginsAt: textOrNull,
      marks: list(closed({ at: time, events: count, worst: textOrNull })),
      blanks: list(closed({ from: time, until: time, why: word(...blankReasons) })),
      reboots: list(story),
    }),
    answer: async (sources, asked, signal) => ({
      ...moment(latest(sources)),
      ...(await timeline(sources, asked, signal)),
    }),
  },
  {
    path: '/api/v1/runtimes',
    summary: 'The runtimes that are recognized.',
    query: {},
    schema: closed({ runtimes: list(closed({ id: text, program: text, title: text, docs: text })) }),
    answer: ({ runtimeTable }) => ({ runtimes: runtimeTable }),
  },
]

/** What of these events belongs together: at most that, an event before the first may be missing. */
const storiesIn = (happened: readonly Happening[]) =>
  tellStories(happened).flatMap((told) => (told.kind === 'story' ? [presentStory(told.story)] : []))

const noProcessesThen = (): Refusal =>
  new Refusal(
    404,
    'The processes of a past moment are not known: a journal keeps none.',
    'Ask /api/v1/containers?at= how many each container had.',
  )

async function processesOf(sources: ApiSources) {
  latest(sources)
  const processes = await sources.agent.processes()
  if (processes !== undefined) return processes
  throw new Refusal(
    404,
    'The processes are not known: what is played here is from a journal, which keeps none.',
    'See /api/v1/containers: it tells how many each has.',
  )
}
