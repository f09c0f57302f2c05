/** Rows as one program prints them and another does: keys in order, values as text, zeros at the end of fractions left out. */
export function comparable(rows: readonly unknown[]): readonly string[] {
  return rows.map((row) => JSON.stringify(normal(row))).toSorted()
}

/** Prints the first row that differs, and says whether there is none. */
export function areSame(what: string, own: readonly string[], theirs: readonly string[], told: string): boolean {
  const differs = own.findIndex((row, at) => row !== theirs[at])
  if (own.length === theirs.length && own.length > 0 && differs < 0) {
    console.log(`ok    ${what}: ${own.length} rows${told}`)
    return true
  }
  console.error(
    `FAIL  ${what}: ${own.length} rows, the other engine reads ${theirs.length}; the first that differs:\n  ${own[differs]}\n  ${theirs[Math.max(differs, 0)]}`,
  )
  return false
}

/** Integers keep their digits. */
export function parseRow(text: string): unknown {
  return JSON.parse(text, ((_key: string, value: unknown, { source }: { source?: string }) =>
    typeof value === 'number' ? source : value) as (key: string, value: unknown) => unknown)
}

function normal(value: unknown): unknown {
  if (value === null) return null
  if (Array.isArray(value)) return value.map(normal)
  if (typeof value !== 'object') return withoutZeros(typeof value === 'string' ? value : JSON.stringify(value))
  const entries = Object.entries(value as Record<string, unknown>)
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, normal(inner)]),
  )
}

function withoutZeros(text: string): string {
  const [, whole, fraction, zone = ''] = /^(-?\d[\d :-]*)\.(\d+)(\+00)?$/.exec(text) ?? []
  if (whole === undefined) return text
  const kept = fraction!.replace(/0+$/, '')
  return `${whole}${kept === '' ? '' : `.${kept}`}${zone}`
}
