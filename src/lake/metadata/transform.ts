import { WeirError } from '../../kernel/errors/weir-error.ts'
import { primitiveOf } from '../../record/schema/primitive.ts'
import { identifier, literal } from '../types/duckdb-type.ts'

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
  const at = type === 'timestamptz' && name !== 'identity' ? `timezone('UTC', ${column})` : column
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
      return `CAST(CAST(floor(epoch_us(${at}) / 3600000000) AS BIGINT) AS VARCHAR)`
    case 'truncate':
      return truncateSql(at, width, source)
    default:
      throw new WeirError('WEIR-4007', `The partition transform ${transform} cannot be written; use ${writable}`)
  }
}

const writable = 'identity, year, month, day, hour or truncate[N]'

function truncateSql(column: string, width: number, source: string): string {
  const primitive = primitiveOf(source)
  switch (primitive.name) {
    case 'string':
      return `left(${column}, ${width})`
    case 'binary':
      return `lower(hex(${column}[1:${width}]))`
    case 'int':
    case 'long':
      return `CAST(${column} - (((${column} % ${width}) + ${width}) % ${width}) AS VARCHAR)`
    case 'decimal': {
      const step = `CAST(${literal(String(width / 10 ** primitive.scale))} AS DECIMAL(38,${primitive.scale}))`
      return `CAST(${column} - (((${column} % ${step}) + ${step}) % ${step}) AS VARCHAR)`
    }
    default:
      throw new WeirError(
        'WEIR-4007',
        `truncate cannot be applied to ${source}; it takes text, bytes and whole numbers`,
      )
  }
}

/** Name and width; `WEIR-4007` for what the specification does not know. */
function takeApart(transform: string): readonly [name: string, width: number] {
  const match = /^(identity|year|month|day|hour|void)$|^(bucket|truncate)\[(\d+)\]$/.exec(transform)
  if (match === null) throw new WeirError('WEIR-4007', `${transform} is not a partition transform; use ${writable}`)
  return [match[1] ?? match[2]!, Number(match[3] ?? 0)]
}
