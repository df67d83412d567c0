/**
 * Reads one member of a JSON text without parsing the rest: a bundle's configuration is thousands of bytes long, and a
 * hundred of them are wanted.
 *
 * A quote inside a JSON string is escaped, so that `"name":` can only be a member's name. RFC 8259, section 7
 * @returns `undefined` when there is no such member, more than one, or no whole value behind it.
 */
export function jsonMember(text: string, name: string): unknown {
  const key = `"${name}":`
  const at = text.indexOf(key)
  if (at < 0 || text.indexOf(key, at + 1) >= 0) return undefined
  const start = skipBlanks(text, at + key.length)
  const end = endOfValue(text, start)
  if (end < 0) return undefined
  try {
    return JSON.parse(text.slice(start, end))
  } catch {
    return undefined
  }
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\n') at += 1
  return at
}

/** Of an object, an array or a string; other values are not wanted. */
function endOfValue(text: string, start: number): number {
  if (text[start] === '"') return endOfString(text, start)
  if (text[start] !== '{' && text[start] !== '[') return -1
  let depth = 0
  for (let at = start; at < text.length; at += 1) {
    const character = text[at]
    if (character === '"') {
      at = endOfString(text, at) - 1
      if (at < 0) return -1
    } else if (character === '{' || character === '[') depth += 1
    else if ((character === '}' || character === ']') && --depth === 0) return at + 1
  }
  return -1
}

function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at > 0; at = text.indexOf('"', at + 1)) {
    let escapes = 0
    while (text[at - 1 - escapes] === '\\') escapes += 1
    if (escapes % 2 === 0) return at + 1
  }
  return -1
}
