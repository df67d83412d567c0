import { useSignal } from '@preact/signals'

/** Puts a text on the clipboard and says whether that worked. */
export function CopyButton({ text, label = 'copy' }: { text: () => string; label?: string }) {
  const said = useSignal(label)
  const copy = async () => {
    said.value = (await copied(text())) ? 'copied' : 'could not copy'
    setTimeout(() => (said.value = label), 2000)
  }
  return (
    <button type="button" class="copy" onClick={() => void copy()}>
      <span aria-live="polite">{said.value}</span>
    </button>
  )
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Over plain HTTP to another machine a browser has no clipboard API. https://w3c.github.io/clipboard-apis/
    return copiedTheOldWay(text)
  }
}

function copiedTheOldWay(text: string): boolean {
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'spoken'
  document.body.append(field)
  field.select()
  const worked = document.execCommand('copy')
  field.remove()
  return worked
}
