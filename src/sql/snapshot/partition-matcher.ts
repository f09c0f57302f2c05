import type { CrawledColumn, CrawledFile } from '../../crawler/crawled-table.ts'
import type { DuckdbConstant, ScanFilter } from '../blank/scan-filter.ts'

type Value = bigint | Buffer

/** Whether a file may have rows for which the filter holds, by the values of its folders; true where they do not say. */
export function partitionMatcher(
  filter: ScanFilter,
  columns: readonly CrawledColumn[],
): (file: CrawledFile) => boolean {
  if ('all' in filter) {
    const each = filter.all.map((part) => partitionMatcher(part, columns))
    return (file) => each.every((matches) => matches(file))
  }
  if ('any' in filter) {
    const each = filter.any.map((part) => partitionMatcher(part, columns))
    return (file) => each.some((matches) => matches(file))
  }
  const at = columns.findIndex(({ name }) => name === filter.column)
  const column = columns[at]
  if (!column) return () => true
  if (!('constant' in filter)) return ({ partition }) => (partition[at] == null) === (filter.test === 'is null')
  const wanted = constantOf(filter.constant, column.type)
  if (wanted === undefined) return () => true
  return ({ partition }) => {
    const text = partition[at] ?? null
    // Null matches no comparison.
    if (text === null) return false
    const order = compare(valueOf(text, column.type), wanted)
    if (order === 0) return filter.test.includes('=')
    return order < 0 ? filter.test.startsWith('<') : filter.test.startsWith('>')
  }
}

const dayMs = 86_400_000

function valueOf(text: string, type: string): Value {
  if (type === 'string') return Buffer.from(text)
  return type === 'date' ? BigInt(Date.parse(`${text}T00:00:00Z`) / dayMs) : BigInt(text)
}

/** undefined for a constant of another type than the column's. */
function constantOf({ type, value }: DuckdbConstant, column: string): Value | undefined {
  if (type.id === 'VARCHAR' && column === 'string' && typeof value === 'string') return Buffer.from(value)
  const wanted = { int: 'INTEGER', long: 'BIGINT', date: 'DATE' }[column]
  return type.id === wanted && (typeof value === 'number' || typeof value === 'bigint') ? BigInt(value) : undefined
}

function compare(a: Value, b: Value): number {
  if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return Buffer.compare(a, b)
  return a === b ? 0 : a < b ? -1 : 1
}
