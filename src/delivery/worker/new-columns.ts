import type { Rejection } from '../../record/json/rejection.ts'
import type { RecordSchema } from '../../record/json/record-schema.ts'
import type { NewColumn } from '../table/delivery-table.ts'

/**
 * Columns for the fields of a record that the table does not have, by what they hold now, conservatively: `boolean`, `long`,
 * `double`, `string`, and lists of these. Dates stay text: what looks like one today need not tomorrow. Nothing can be said of
 * null, of an empty or mixed list and of objects: then the record is a dead letter that says so.
 */
export function inferColumns(value: Buffer, schema: RecordSchema): readonly NewColumn[] | Rejection {
  let parsed: Record<string, unknown>
  try {
    // Numbers keep their text: 2 and 2.0 are different types.
    parsed = JSON.parse(value.toString('utf8'), (_, item, context?: { source?: string }) =>
      typeof item === 'number' ? new NumberText(context?.source ?? String(item)) : item,
    ) as Record<string, unknown>
  } catch {
    return { code: 'WEIR-5002', reason: 'not JSON, or nested too deep' }
  }
  const known = new Set(schema.fields.map(({ name }) => name.toLowerCase()))
  const columns: NewColumn[] = []
  for (const [name, item] of Object.entries(parsed)) {
    if (known.has(name.toLowerCase())) continue
    // One such column, and neither SQL nor the delivery itself could read the table again.
    if (name.includes('\0'))
      return {
        code: 'WEIR-5003',
        reason: `field ${JSON.stringify(name)} is not in the table, and the name of a column cannot hold the character NUL`,
      }
    const type = typeOf(item)
    if (type === undefined || name === '')
      return {
        code: 'WEIR-5003',
        reason: `field "${name}" is not in the table, and its value tells no type for a new column`,
      }
    known.add(name.toLowerCase())
    columns.push({ name, type })
  }
  // Adding none would be done again and again.
  if (columns.length === 0)
    return { code: 'WEIR-5003', reason: 'a field is not in the table, and no column would take it' }
  return columns
}

class NumberText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

function typeOf(value: unknown): string | undefined {
  if (!Array.isArray(value)) return scalarType(value)
  const [first, ...others] = new Set(value.map(scalarType))
  return first === undefined || others.length > 0 ? undefined : `list<${first}>`
}

function scalarType(value: unknown): string | undefined {
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'string') return 'string'
  return value instanceof NumberText ? numberType(value.text) : undefined
}

function numberType(text: string): string | undefined {
  if (!/^-?\d+$/.test(text)) return 'double'
  return text.length <= 18 ? 'long' : undefined
}
