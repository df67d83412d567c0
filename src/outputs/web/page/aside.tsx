import { Details } from './details.tsx'
import { Timeline } from './events.tsx'
import { Verdicts } from './verdicts.tsx'

/** Beside the tree: what is selected, what is wrong, what happened. */
export function Aside() {
  return (
    <div class="aside">
      <Details />
      <div class="lists">
        <Verdicts />
        <Timeline />
      </div>
    </div>
  )
}
