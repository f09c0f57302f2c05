import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { FileColumn } from './parquet-columns.ts'
import { footerOf, isFooterKept, type Footer, type ReadFile } from './read-footer.ts'

/** Footers that one statement reads of files that none has read before: a twentieth of a millisecond each. */
const footersMax = 1000
/** Each layout is a scan of its own. */
const layoutsMax = 8

/**
 * Those of the files whose own names say which of their columns is which field: their footers, read once, give each column the id of its
 * field, and no two names that DuckDB would take for one. The rest has to be found by id: files that have no ids, that cannot be
 * read (DuckDB says why), of rare layouts, or more than a statement looks at.
 */
export function byOwnNames(files: readonly ReadFile[]): {
  readonly named: readonly (ReadFile & Footer)[]
  readonly others: readonly ReadFile[]
} {
  const named: (ReadFile & Footer)[] = []
  const others: ReadFile[] = []
  let left = footersMax
  for (const each of files) {
    if (!isFooterKept(each.path) && left-- <= 0) {
      others.push(each)
      continue
    }
    const footer = footerIfAny(each)
    if (footer !== undefined && isUnambiguous(footer.columns)) named.push({ ...each, ...footer })
    else others.push(each)
  }
  const layouts = [...Map.groupBy(named, ({ columns }) => columns)].toSorted(([, a], [, b]) => b.length - a.length)
  const rare = new Set(layouts.slice(layoutsMax).map(([columns]) => columns))
  return {
    named: named.filter(({ columns }) => !rare.has(columns)),
    others: [...others, ...named.filter(({ columns }) => rare.has(columns))],
  }
}

function footerIfAny(file: ReadFile): Footer | undefined {
  try {
    return footerOf(file)
  } catch (error) {
    if (error instanceof WeirError && error.code !== 'WEIR-8007') return undefined
    throw error
  }
}

/** Names that DuckDB gives to what it knows of a row. */
const taken = ['weir_file', 'file_row_number']

const judged = new WeakMap<readonly FileColumn[], boolean>()

/** Asked of the same layout again and again. */
function isUnambiguous(columns: readonly FileColumn[]): boolean {
  const known = judged.get(columns)
  if (known !== undefined) return known
  const isClear = !columns.some(({ name }) => taken.includes(name.toLowerCase())) && areApart(columns, false)
  judged.set(columns, isClear)
  return isClear
}

/**
 * Each has an id, but for the one group that is repeated inside a list or map; and no name is another's, of which DuckDB takes those for one that
 * differ in case alone.
 */
function areApart(columns: readonly FileColumn[], isInside: boolean): boolean {
  const names = new Set(columns.map(({ name }) => name.toLowerCase()))
  const ids = columns.flatMap(({ id }) => (id === undefined ? [] : [id]))
  const isRepeated = isInside && columns.length === 1 && columns[0]!.repeated
  return (
    names.size === columns.length &&
    new Set(ids).size === ids.length &&
    (ids.length === columns.length || isRepeated) &&
    columns.every(({ children }) => areApart(children, true))
  )
}
