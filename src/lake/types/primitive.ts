import { WeirError } from '../../kernel/errors/weir-error.ts'

/** A primitive type taken apart. */
export type Primitive =
  | { readonly name: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly name: 'fixed'; readonly length: number }
  | { readonly name: PlainName }

export type PlainName =
  | 'boolean'
  | 'int'
  | 'long'
  | 'float'
  | 'double'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz'
  | 'timestamp_ns'
  | 'timestamptz_ns'
  | 'string'
  | 'uuid'
  | 'binary'

const plain: ReadonlySet<string> = new Set<PlainName>([
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'timestamp_ns',
  'timestamptz_ns',
  'string',
  'uuid',
  'binary',
])

/** `decimal(9,2)` and the like, as any engine spaces them. `WEIR-4007` for what Weir cannot hold. */
export function primitiveOf(type: string): Primitive {
  const decimal = /^decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)$/.exec(type)
  if (decimal !== null) return { name: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2]) }
  const fixed = /^fixed\[\s*(\d+)\s*\]$/.exec(type)
  if (fixed !== null) return { name: 'fixed', length: Number(fixed[1]) }
  if (plain.has(type)) return { name: type as PlainName }
  throw new WeirError('WEIR-4007', `${type} is not a primitive type that Weir can read or write`)
}
