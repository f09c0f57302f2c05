import { primitiveOf } from '../../../record/schema/primitive.ts'
import type { DataFile } from '../../manifest/data-file.ts'
import { valueOfSingle } from '../../types/single-value.ts'
import type { Field } from '../../types/type.ts'
import { valueText } from '../../types/value-text.ts'

type Nested = { [name: string]: unknown }

const { rawJSON: rawJson } = JSON as unknown as { rawJSON: (this: void, text: string) => unknown }

/**
 * What the log says of a file's rows (Delta protocol, "Per-file Statistics"), as JSON: how many there are, nulls of each column, and bounds that
 * each value lies within. A bound that Delta's form cannot state is left out.
 */
export function fileStatistics(file: DataFile, fields: readonly Field[]): string {
  const [nullCount, minValues, maxValues]: [Nested, Nested, Nested] = [{}, {}, {}]
  for (const field of fields) {
    put(nullCount, field, ({ id }) => file.nullCounts?.get(id))
    put(minValues, field, (leaf) => lower(file, leaf))
    put(maxValues, field, (leaf) => upper(file, leaf))
  }
  return JSON.stringify({ numRecords: file.recordCount, minValues, maxValues, nullCount })
}

/** Columns inside structs are there by their names; lists and maps have no statistics. */
function put(into: Nested, { name, type, ...field }: Field, value: (leaf: Leaf) => unknown): void {
  if (typeof type === 'string') {
    const found = value({ id: field.id, type })
    if (found !== undefined) into[name] = found
  } else if (type.type === 'struct') {
    const inside: Nested = {}
    for (const one of type.fields) put(inside, one, value)
    if (Object.keys(inside).length > 0) into[name] = inside
  }
}

interface Leaf {
  readonly id: number
  readonly type: string
}

function lower({ lowerBounds }: DataFile, { id, type }: Leaf): unknown {
  const bytes = lowerBounds?.get(id)
  return bytes && bound(type, bytes, 0n)
}

/** Engines order NaN above all numbers, and Iceberg's bounds do not speak of it. */
function upper({ upperBounds, nanCounts }: DataFile, { id, type }: Leaf): unknown {
  const bytes = upperBounds?.get(id)
  if (bytes === undefined || (/^(float|double)$/.test(type) && nanCounts?.get(id) !== 0)) return undefined
  return bound(type, bytes, 999n)
}

/** Years of more or fewer digits are no dates of JSON. */
const yearsMax = { first: -62_135_596_800_000_000n, last: 253_402_300_799_999_999n }

/** `added` to a time before it is cut to milliseconds, as far as statistics go. */
function bound(type: string, bytes: Buffer, added: bigint): unknown {
  const value = valueOfSingle(type, bytes)
  switch (primitiveOf(type).name) {
    case 'int':
    case 'long':
    case 'decimal':
      return rawJson(valueText(type, value))
    case 'float':
    case 'double':
      return Number.isFinite(value) ? value : undefined
    case 'string':
      return value
    case 'date': {
      const micros = BigInt(value as number) * 86_400_000_000n
      return isInYears(micros) ? valueText(type, value) : undefined
    }
    case 'timestamp':
    case 'timestamptz': {
      const micros = BigInt(value as bigint) + added
      return isInYears(micros) ? valueText(type, micros).replace(/\d{3}(Z?)$/, '$1') : undefined
    }
    default:
      return undefined
  }
}

function isInYears(micros: bigint): boolean {
  return micros >= yearsMax.first && micros <= yearsMax.last
}
