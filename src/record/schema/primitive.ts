import { WeirError } from '../../kernel/errors/weir-error.ts'

/** Primitive types without parameters, as users and the specification write them (format version 2). */
export const primitiveNames = [
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'string',
  'uuid',
  'binary',
] as const

/** Of format version 3: tables that others wrote may have them. */
const laterNames = ['timestamp_ns', 'timestamptz_ns'] as const

export type PlainName = (typeof primitiveNames)[number] | (typeof laterNames)[number]

/** A primitive type taken apart. */
export type Primitive =
  | { readonly name: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly name: 'fixed'; readonly length: number }
  | { readonly name: PlainName }

const plain: ReadonlySet<string> = new Set<string>([...primitiveNames, ...laterNames])

/** `decimal(9,2)` and the like, as any engine spaces them; undefined for what Weir does not know. */
export function parsePrimitive(type: string): Primitive | undefined {
  if (plain.has(type)) return { name: type as PlainName }
  const decimal = /^decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)$/.exec(type)
  if (decimal !== null) return { name: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2]) }
  const fixed = /^fixed\[\s*(\d+)\s*\]$/.exec(type)
  return fixed === null ? undefined : { name: 'fixed', length: Number(fixed[1]) }
}

/** The same; `WEIR-4007` for what Weir cannot hold. */
export function primitiveOf(type: string): Primitive {
  const found = parsePrimitive(type)
  if (found === undefined)
    throw new WeirError('WEIR-4007', `${type} is not a primitive type that Weir can read or write`)
  return found
}
