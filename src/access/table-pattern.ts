/** A table or view; a namespace itself where `name` is null. */
export interface AccessTarget {
  /** Levels, outermost first. */
  readonly namespace: readonly string[]
  readonly name: string | null
}

/** Tables and views by their names. Case tells none apart, as in SQL. */
export interface TablePattern {
  /** Levels in lower case; null is any namespace. */
  readonly namespace: readonly string[] | null
  /** In lower case: the name, or what names begin with. */
  readonly name: string
  readonly isPrefix: boolean
}

/** `sales.orders`, `sales.raw_*`, `sales.*` or `*`; undefined for what is none of these. */
export function parseTablePattern(text: string): TablePattern | undefined {
  if (text === '*') return { namespace: null, name: '', isPrefix: true }
  const parts = text.toLowerCase().split('.')
  const last = parts.pop()!
  const isPrefix = last.endsWith('*')
  const name = isPrefix ? last.slice(0, -1) : last
  const isWhole = parts.length > 0 && parts.every((part) => part !== '') && (isPrefix || name !== '')
  if (!isWhole || [...parts, name].some((part) => part.includes('*'))) return undefined
  return { namespace: parts, name, isPrefix }
}

/** A namespace is covered by a pattern of all its tables. */
export function covers(pattern: TablePattern, { namespace, name }: AccessTarget): boolean {
  if (pattern.namespace !== null && !isSame(pattern.namespace, namespace)) return false
  if (name === null) return pattern.isPrefix && pattern.name === ''
  const lower = name.toLowerCase()
  return pattern.isPrefix ? lower.startsWith(pattern.name) : lower === pattern.name
}

/** A level that holds what parts levels where namespaces are kept is several of them. */
function isSame(lower: readonly string[], levels: readonly string[]): boolean {
  return lower.join('\u001f') === levels.join('\u001f').toLowerCase()
}

/** `sales.orders`; `sales.*` for a namespace. */
export function printTarget({ namespace, name }: AccessTarget): string {
  return [...namespace, name ?? '*'].join('.')
}
