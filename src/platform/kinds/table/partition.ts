import { asWeirError, WeirError } from '../../../kernel/errors/weir-error.ts'
import { nearestName } from '../../../kernel/nearest.ts'
import type { PartitionField } from '../reconcile-services.ts'
import type { Column } from './column.ts'

const times = ['date', 'timestamp', 'timestamptz', 'timestamp_ns', 'timestamptz_ns']
/** Transforms by name, with the types of columns that each takes. */
const transforms: Readonly<Record<string, (type: string) => boolean>> = {
  identity: (type) => !/^(list|map|struct)</.test(type),
  year: (type) => times.includes(type),
  month: (type) => times.includes(type),
  day: (type) => times.includes(type),
  hour: (type) => times.includes(type) && type !== 'date',
  truncate: (type) => /^(string|binary|int|long|decimal\()/.test(type),
  bucket: (type) => /^(string|binary|uuid|int|long|date|time|decimal\()/.test(type),
}

/** What the number beside the column is. */
const sizes: Readonly<Record<string, string>> = { truncate: 'a width', bucket: 'a number of buckets' }
const sizeMax = 2 ** 31 - 1

/** `day(at)`, `truncate(name, 4)`, `bucket(id, 16)`, or a column by itself. WEIR-1003 says what is wrong and what would be right. */
export function parsePartition(text: string, columns: Readonly<Record<string, Column>>): PartitionField {
  const match = /^\s*(?:(\w+)\s*\(\s*([^(),]+?)\s*(?:,\s*(\d+)\s*)?\)|([^(),]+?))\s*$/.exec(text)
  const column = match?.[2] ?? match?.[4]
  if (!match || column === undefined)
    throw invalid(text, 'write it like day(at), truncate(name, 4), bucket(id, 16), or the name of a column')
  const name = match[1] ?? 'identity'
  const accepts = transforms[name]
  if (!accepts) {
    const near = nearestName(name, Object.keys(transforms))
    throw invalid(text, near ? `did you mean ${near}(${column})?` : `there are ${Object.keys(transforms).join(', ')}`)
  }
  const type = columns[column]?.type
  if (type === undefined) {
    const near = nearestName(column, Object.keys(columns))
    throw invalid(text, `there is no column ${column}${near ? `; did you mean ${near}?` : ''}`)
  }
  if (!accepts(type)) throw invalid(text, `${name} cannot be applied to ${column}, which is ${type}`)
  const sized = sizes[name]
  if (sized === undefined) {
    if (match[3] !== undefined) throw invalid(text, `${name} takes no number: ${name}(${column})`)
    return { transform: name, column }
  }
  const size = Number(match[3])
  if (!(size >= 1 && size <= sizeMax))
    throw invalid(text, `${name} takes ${sized} of 1 to ${sizeMax}: ${name}(${column}, 16)`)
  return { transform: `${name}[${size}]`, column }
}

/** What is wrong with each, a field that stands twice included: it would have the name of the other. */
export function partitionTroubles(
  partitionBy: readonly string[],
  columns: Readonly<Record<string, Column>>,
): readonly { readonly at: number; readonly message: string }[] {
  const seen = new Map<string, string>()
  return partitionBy.flatMap((text, at) => {
    try {
      const field = parsePartition(text, columns)
      const name = partitionName(field)
      const twin = seen.get(name.toLowerCase())
      seen.set(name.toLowerCase(), text)
      if (twin !== undefined)
        throw invalid(
          text,
          twin === text ? 'it stands twice; leave one out' : `it is called ${name}, as ${twin} is; leave one out`,
        )
      if (field.transform !== 'identity' && Object.hasOwn(columns, name))
        throw invalid(text, `its values are called ${name}, as a column is; rename that column`)
      return []
    } catch (error) {
      return [{ at, message: asWeirError(error).message }]
    }
  })
}

/** `date_month`, as other engines name them. */
export function partitionName({ transform, column }: PartitionField): string {
  const [name] = transform.split('[')
  return name === 'identity' ? column : `${column}_${name === 'truncate' ? 'trunc' : name}`
}

function invalid(text: string, advice: string): WeirError {
  return new WeirError('WEIR-1003', `partitionBy "${text}": ${advice}`)
}
