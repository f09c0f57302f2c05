/** An object whose content is not in its keys, and what it is. */
export interface ForeignObject {
  readonly path: readonly PropertyKey[]
  /** `a Promise`: never what is in it, for that may be a secret. */
  readonly what: string
}

/**
 * The first promise, map, date or their like in a value: to a schema of objects it looks like one without keys, and what was meant would
 * be passed over. Most often an `await` is missing.
 */
export function foreignObjectIn(value: unknown): ForeignObject | undefined {
  return find(value, [], new Set())
}

function find(value: unknown, path: readonly PropertyKey[], seen: Set<object>): ForeignObject | undefined {
  if (typeof value !== 'object' || value === null || seen.has(value)) return undefined
  seen.add(value)
  const entries = Object.entries(value)
  if (entries.length === 0 && !Array.isArray(value) && !isPlain(value))
    return { path, what: `a ${(value.constructor as { readonly name?: string } | undefined)?.name ?? 'object'}` }
  for (const [key, inside] of entries) {
    const found = find(inside, [...path, Array.isArray(value) ? Number(key) : key], seen)
    if (found) return found
  }
  return undefined
}

/** Written as `{ … }`, here or in another realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
