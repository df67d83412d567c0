import { pastMs } from './state.ts'
import { blanks, marked, reboots, timeWindow } from './timeline.ts'

/** How high a mark is, of 20: told by height as well as by colour. */
const heights = { critical: 20, warning: 15, info: 11, none: 7 }

/** Where something happened, above the track. For the eye only: the same is said in words beside it. */
export function Marks() {
  const { fromMs = 0, untilMs = 0 } = timeWindow.value ?? {}
  const placeOf = (ms: number) => ((ms - fromMs) / (untilMs - fromMs)) * 1000
  return (
    <svg class="marks" aria-hidden="true" viewBox="0 0 1000 20" preserveAspectRatio="none">
      {blanks.value.map(({ from, until }) => {
        const x = Math.max(0, placeOf(Date.parse(from)))
        const width = Math.min(1000, placeOf(Date.parse(until))) - x
        return width > 0 && <rect key={from} class="blank" x={x} y={16} width={width} height={4} />
      })}
      {marked.value.marks.map(({ at, worst }) => {
        const height = heights[worst ?? 'none']
        return (
          <path
            key={at}
            class={worst ?? 'none'}
            d={`M${placeOf(Date.parse(at)).toFixed(1)} 20v-${height}`}
            vector-effect="non-scaling-stroke"
          />
        )
      })}
      {reboots.value.map(({ id, until }) => (
        <path
          key={id}
          class="reboot"
          d={`M${placeOf(Date.parse(until)).toFixed(1)} 0v20`}
          vector-effect="non-scaling-stroke"
        />
      ))}
      {pastMs.value !== undefined && <rect class="future" x={placeOf(pastMs.value)} y={0} width={1000} height={20} />}
    </svg>
  )
}
