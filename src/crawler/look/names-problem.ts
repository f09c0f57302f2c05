import type { Finding } from '../finding.ts'

/** What DuckDB says of each row beside its columns. */
const ownNames = new Set(['file_index', 'file_row_number'])

/** Why columns of these names cannot be those of a table: SQL does not tell names apart by case. */
export function namesProblem(names: readonly string[]): Finding | undefined {
  const own = names.find((name) => ownNames.has(name.toLowerCase()))
  if (own !== undefined)
    return {
      kind: 'left out',
      reason: 'unreadable',
      detail: `a column cannot be called "${own}": DuckDB calls something else so. Rename it`,
    }
  if (names.includes(''))
    return { kind: 'left out', reason: 'unreadable', detail: 'a column has no name, which SQL cannot say. Name it' }
  const seen = new Map<string, string>()
  for (const name of names) {
    const twin = seen.get(name.toLowerCase())
    if (twin !== undefined) {
      const detail =
        twin === name
          ? `the column "${name}" is there twice. Rename one`
          : `the columns "${twin}" and "${name}" differ only by case, which SQL does not tell apart. Rename one`
      return { kind: 'left out', reason: 'unreadable', detail }
    }
    seen.set(name.toLowerCase(), name)
  }
  return undefined
}
