import { z } from 'zod'
import { asWeirError, WeirError } from '../../../kernel/errors/weir-error.ts'
import { nearestName } from '../../../kernel/nearest.ts'
import { parseType } from '../../../lake/types/parse-type.ts'
import { printType } from '../../../lake/types/print-type.ts'
import type { IcebergType } from '../../../lake/types/type.ts'
import { unwritablePart } from '../../../lake/types/writable.ts'
import { parsePrimitive, primitiveNames } from '../../../record/schema/primitive.ts'

const columnType = z
  .string()
  .describe('A type by its Iceberg name: long, decimal(12,2), timestamptz, list<string>, struct<a: int>.')

/** What SQL, Arrow and Avro call them. */
const namesElsewhere: Readonly<Record<string, string | undefined>> = {
  bigint: 'long',
  int64: 'long',
  int32: 'int',
  integer: 'int',
  smallint: 'int',
  bool: 'boolean',
  text: 'string',
  varchar: 'string',
  real: 'float',
  float32: 'float',
  float64: 'double',
  numeric: 'decimal',
  number: 'double',
  bytea: 'binary',
  blob: 'binary',
  datetime: 'timestamp',
}

/** Either the type alone or the object form; always the object form afterwards. */
export const columnSchema = z
  .union([
    columnType.transform((type) => ({ type, required: false })),
    z.strictObject({
      type: columnType,
      required: z.boolean().default(false).describe('Whether a record without a value goes to the dead letters.'),
      doc: z.string().optional().describe('What the column means; kept in the table.'),
    }),
  ])
  .meta({ description: 'A type, or an object with type, required and doc.' })

export type Column = { readonly type: string; readonly required: boolean; readonly doc?: string | undefined }

/** What `type` is, spelt in one way; WEIR-1012 names the nearest that there is, and what to use instead of one that is not written. */
export function normalType(type: string, column: string): string {
  const parsed = parsedType(type, column)
  const unwritable = unwritablePart(parsed)
  if (unwritable === undefined) return printType(parsed)
  throw new WeirError(
    'WEIR-1012',
    `type "${type}" of column "${column}": Weir does not write ${unwritable}. Use binary, which holds bytes of any length`,
  )
}

function parsedType(type: string, column: string): IcebergType {
  try {
    return parseType(type)
  } catch (cause) {
    const word = /^\s*([A-Za-z]+\d*)(.*)$/s.exec(type)
    const near =
      word &&
      (namesElsewhere[word[1]!.toLowerCase()] ??
        nearestName(word[1]!, [...primitiveNames, 'decimal', 'list', 'map', 'struct']))
    const advice =
      near && near !== word[1] ? `Did you mean ${near}${argumentsOf(near, word[2]!)}?` : asWeirError(cause).message
    throw new WeirError('WEIR-1012', `unknown type "${type}" of column "${column}". ${advice}`, { cause })
  }
}

/** What stands behind the name of a type, where the other type takes that too: of varchar(20) nothing becomes string. */
function argumentsOf(type: string, text: string): string {
  return ['decimal', 'list', 'map', 'struct'].includes(type) ? text : ''
}

/** Whether Iceberg can read what was written as `from` when the column says `to`. */
export function canWiden(from: string, to: string): boolean {
  if (from === to || (from === 'int' && to === 'long') || (from === 'float' && to === 'double')) return true
  const [before, after] = [parsePrimitive(from), parsePrimitive(to)]
  if (before?.name !== 'decimal' || after?.name !== 'decimal') return false
  return before.scale === after.scale && after.precision >= before.precision
}
