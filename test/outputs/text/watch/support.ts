import type { NodeEvent } from '../../../../src/core/model/event.ts'
import type { Snapshot } from '../../../../src/core/model/snapshot.ts'
import { contentMaker } from '../../../../src/outputs/text/watch/content.ts'
import type { Key, NamedKey } from '../../../../src/outputs/text/watch/keys.ts'
import type { Picture } from '../../../../src/outputs/text/watch/picture.ts'
import { press, settle } from '../../../../src/outputs/text/watch/press.ts'
import { renderScreen } from '../../../../src/outputs/text/watch/render.ts'
import { newScreen, type Pane } from '../../../../src/outputs/text/watch/screen.ts'

export const nowMs = Date.parse('2026-11-21T12:00:00Z')

export const pictureOf = (snapshot: Snapshot | undefined, over: Partial<Picture> = {}): Picture => ({
  snapshot,
  events: [],
  origin: { kind: 'node', failure: undefined },
  lacking: undefined,
  freshAtMs: nowMs,
  staleAfterMs: 5_000,
  ...over,
})

export const anEvent = (seq: number, over: Partial<NodeEvent> = {}): NodeEvent => ({
  seq,
  at: '2026-11-21T11:59:58.000Z',
  type: 'container-started',
  subject: { kind: 'container', key: 'k', id: 'web' },
  summary: `event number ${seq}`,
  ...over,
})

/** Somebody at a screen of this size: presses keys, sees lines. */
export function person(first: Picture, size = { columns: 100, rows: 40 }, look = { color: false }) {
  const style = { ...look, charset: 'utf8' as const }
  const contentOf = contentMaker(style)
  let picture = first
  let screen = newScreen(size)
  const calm = () => {
    screen = settle(screen, contentOf(picture, screen))
  }
  calm()
  return {
    screen: () => screen,
    sees(next: Picture) {
      picture = next
      calm()
    },
    resizes(columns: number, rows: number) {
      screen = { ...screen, size: { columns, rows } }
      calm()
    },
    /** Named keys by name, others by the characters that are typed. */
    presses(...keys: (NamedKey | { readonly typed: string })[]) {
      const each = keys.flatMap((key): Key[] =>
        typeof key === 'string' ? [{ name: key }] : [...key.typed].map((char) => ({ char })),
      )
      let effect = 'none'
      for (const key of each) {
        const pressed = press(screen, key, contentOf(picture, screen))
        screen = pressed.screen
        effect = pressed.effect
        calm()
      }
      return effect
    },
    lines: (atMs = nowMs) => renderScreen({ picture, screen, content: contentOf(picture, screen), nowMs: atMs }, style),
    /** What is written in the selected row of a pane, without the lines of the tree. */
    selected(pane: Pane = screen.pane) {
      const row = contentOf(picture, screen).rows[pane][screen.places[pane].index]
      return row?.spans
        .map(({ text }) => text)
        .join('')
        .replace(/^[ │├└─]+/u, '')
    },
  }
}

export const typed = (text: string) => ({ typed: text })
