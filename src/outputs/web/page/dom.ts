/// <reference lib="dom.iterable" />

/* The little of a framework that the page needs. Text goes in as text: nothing here parses markup. */

type Child = Node | string

/** An element with attributes and children; strings become text nodes. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

/** The element of the page with this id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`index.html has no #${id}`)
  return found
}

/** Sets text without touching what is right already, so that a selection survives. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text
}

const keys = new WeakMap<Element, string>()

/**
 * Makes the children of `parent` the elements of `items`, in order: those that are there by key stay and are updated,
 * so that focus, selection and what is folded survive.
 */
export function sync<T, E extends Element>(
  parent: Element,
  items: readonly T[],
  keyOf: (item: T) => string,
  create: (item: T) => E,
  update: (element: E, item: T) => void,
): void {
  const present = new Map<string, E>()
  for (const child of parent.children) present.set(keys.get(child) ?? '', child as E)
  const used = new Set<Element>()
  let place: Element | null = parent.firstElementChild
  for (const item of items) {
    const key = keyOf(item)
    const known = present.get(key)
    const child = known !== undefined && !used.has(known) ? known : create(item)
    keys.set(child, key)
    used.add(child)
    update(child, item)
    if (child === place) place = place.nextElementSibling
    else parent.insertBefore(child, place)
  }
  for (const child of [...parent.children]) if (!used.has(child)) child.remove()
}

/** Lets an element show that it has just changed. */
export function flash(target: Element): void {
  target.classList.remove('changed')
  // Reading the layout makes the animation begin again.
  void (target as HTMLElement).offsetWidth
  target.classList.add('changed')
}
