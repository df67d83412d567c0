import { useEffect } from 'preact/hooks'
import { Aside } from './aside.tsx'
import { Forest } from './forest.tsx'
import { Glance } from './glance.tsx'
import { PastBanner } from './past-banner.tsx'
import { Spoken } from './spoken.tsx'
import { TimeBar } from './time-bar.tsx'
import { TopBar } from './top-bar.tsx'

export function App() {
  useEffect(() => {
    addEventListener('keydown', focusSearch)
    return () => removeEventListener('keydown', focusSearch)
  }, [])
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('verdicts-title')?.focus()}>
        Skip to the verdicts
      </button>
      <TopBar />
      <PastBanner />
      <TimeBar />
      <Glance />
      <main>
        <Forest />
        <Aside />
      </main>
      <Spoken />
    </>
  )
}

function focusSearch(event: KeyboardEvent): void {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.target instanceof HTMLInputElement) return
  event.preventDefault()
  document.getElementById('search')?.focus()
}
