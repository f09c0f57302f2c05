import { WeirError } from '../../kernel/errors/weir-error.ts'
import { primitiveOf } from '../../record/schema/primitive.ts'
import { identifier, literal } from '../types/duckdb-type.ts'
import { bucketSql } from './bucket-sql.ts'

/** What a partition value is typed as (specification, partition transforms). */
export function transformedType(transform: string, source: string): string {
  const [name] = takeApart(transform)
  if (name === 'identity' || name === 'truncate' || name === 'void') return source
  if (name === 'day') return 'date'
  return 'int'
}

/**
 * SQL over the column at `path` whose value, as text, `valueOfText` of the transformed type reads. Day gives a date; year, month
 * and hour count from 1970. Zoned timestamps are taken apart in UTC whatever the session's zone is.
 */
export function transformSql(transform: string, path: readonly string[], source: string): string {
  const [name, width] = takeApart(transform)
  const type = primitiveOf(source).name
  const column = path.map(identifier).join('.')
  const at = type === 'timestamptz' ? `timezone('UTC', ${column})` : column
  switch (name) {
    case 'identity':
      return type === 'binary' ? `lower(hex(${at}))` : `CAST(${at} AS VARCHAR)`
    case 'void':
      return 'CAST(NULL AS VARCHAR)'
    case 'year':
      return `CAST(year(${at}) - 1970 AS VARCHAR)`
    case 'month':
      return `CAST((year(${at}) - 1970) * 12 + month(${at}) - 1 AS VARCHAR)`
    case 'day':
      return `CAST(CAST(${at} AS DATE) AS VARCHAR)`
    case 'hour':
      // Whole numbers all the way: a double has too few digits for the microseconds of far years.
      return `CAST(${floorTo(`epoch_us(${at})`, hourMicros)} // ${hourMicros} AS VARCHAR)`
    case 'truncate':
      return truncateSql(at, width, source)
    case 'bucket':
      return `CAST(${bucketSql(at, width, source)} AS VARCHAR)`
  }
}

const hourMicros = '3600000000'

/** The multiple of `step` that is not above the value; `%` takes the sign of what it divides. */
function floorTo(value: string, step: string): string {
  return `(${value} - (((${value} % ${step}) + ${step}) % ${step}))`
}

/** What would lie below the least number of the type comes out at its upper end, as in other engines (Java's arithmetic). */
function truncatedWhole(column: string, width: number, type: 'int' | 'long'): string {
  const bits = type === 'int' ? 32n : 64n
  const floored = floorTo(`CAST(${column} AS HUGEINT)`, String(width))
  return `CASE WHEN ${floored} < ${-(2n ** (bits - 1n))}::HUGEINT THEN ${floored} + ${2n ** bits}::HUGEINT ELSE ${floored} END`
}

const known = 'identity, year, month, day, hour, truncate[N] or bucket[N]'

function truncateSql(column: string, width: number, source: string): string {
  const primitive = primitiveOf(source)
  switch (primitive.name) {
    case 'string':
      return `left(${column}, ${width})`
    case 'binary':
      return `lower(hex(${column}[1:${width}]))`
    case 'int':
    case 'long':
      return `CAST(${truncatedWhole(column, width, primitive.name)} AS VARCHAR)`
    case 'decimal': {
      const step = `CAST(${literal(String(width / 10 ** primitive.scale))} AS DECIMAL(38,${primitive.scale}))`
      return `CAST(${floorTo(column, step)} AS VARCHAR)`
    }
    default:
      throw new WeirError(
        'WEIR-4007',
        `truncate cannot be applied to ${source}; it takes text, bytes and whole numbers`,
      )
  }
}

type TransformName = 'identity' | 'year' | 'month' | 'day' | 'hour' | 'void' | 'bucket' | 'truncate'

const pattern = /^(identity|year|month|day|hour|void)$|^(bucket|truncate)\[([1-9]\d{0,9})\]$/

/** Others are of a later specification: what they give is not known. */
export const isKnownTransform = (transform: string): boolean => pattern.test(transform)

/** Name and width; `WEIR-4007` for what the specification does not know. */
export function takeApart(transform: string): readonly [name: TransformName, width: number] {
  const match = pattern.exec(transform)
  if (match === null) throw new WeirError('WEIR-4007', `${transform} is not a partition transform; use ${known}`)
  return [(match[1] ?? match[2]!) as TransformName, Number(match[3] ?? 0)]
}
