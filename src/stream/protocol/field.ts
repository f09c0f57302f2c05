/** First and last version, both included. */
export interface VersionRange {
  readonly min: number
  readonly max: number
}

export type PrimitiveKind =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'int64'
  | 'float64'
  | 'uuid'
  | 'string'
  | 'bytes'

export type WireType =
  | { readonly kind: PrimitiveKind }
  | { readonly kind: 'array'; readonly element: AnyField }
  | { readonly kind: 'struct'; readonly shape: Shape }

/**
 * One field of a message: its wire type, the versions that have it, whether it may be null or is a tagged field, and its
 * value where the version lacks it or the caller left it out. `Decoded` is what reading gives, `Input` what writing takes.
 */
export interface Field<Decoded, Input = Decoded> {
  readonly type: WireType
  readonly versions: VersionRange
  readonly nullable: VersionRange | undefined
  readonly tag: { readonly id: number; readonly since: number } | undefined
  readonly missing: unknown
  /** Never set: carries the types. */
  readonly types?: (decoded: Decoded, input: Input) => void
  since(version: number): Field<Decoded, Input>
  until(version: number): Field<Decoded, Input>
  /** May be null, from this version on; then null is also its default, unless `default` follows. */
  orNull(since?: number, until?: number): Field<Decoded | null, Input | null>
  default(value: Decoded): Field<Decoded, Input>
  /** In versions from `since` on a tagged field, written only when it differs from its default. */
  tagged(id: number, since: number): Field<Decoded, Input>
}

// oxlint-disable-next-line typescript/no-explicit-any -- the types are variant in both directions
export type AnyField = Field<any, any>
export type Shape = { readonly [name: string]: AnyField }

/** Tagged fields that the schema does not know, as they came, kept so that writing gives the same bytes. */
export interface UnknownTag {
  readonly tag: number
  readonly data: Buffer
}

/** What reading gives: every field, with its default where the version lacks it. */
export type Decoded<S extends Shape> = {
  readonly [K in keyof S]: S[K] extends Field<infer D, infer _> ? D : never
} & { readonly unknownTags?: readonly UnknownTag[] }

/** What writing takes: a field left out has its default; a field that the version lacks is not written. */
export type Input<S extends Shape> = {
  readonly [K in keyof S]?: (S[K] extends Field<infer _, infer I> ? I : never) | undefined
} & { readonly unknownTags?: readonly UnknownTag[] }

interface FieldParts {
  readonly type: WireType
  readonly versions: VersionRange
  readonly nullable: VersionRange | undefined
  readonly tag: { readonly id: number; readonly since: number } | undefined
  readonly missing: unknown
}

function field<D, I = D>(parts: FieldParts): Field<D, I> {
  return {
    ...parts,
    since: (version) => field({ ...parts, versions: { min: version, max: parts.versions.max } }),
    until: (version) => field({ ...parts, versions: { min: parts.versions.min, max: version } }),
    orNull: (since = 0, until = Infinity) => field({ ...parts, nullable: { min: since, max: until }, missing: null }),
    default: (value) => field({ ...parts, missing: value }),
    tagged: (id, since) => field({ ...parts, tag: { id, since }, versions: { min: since, max: Infinity } }),
  }
}

const always: VersionRange = { min: 0, max: Infinity }
const untagged = { versions: always, nullable: undefined, tag: undefined }

function primitive<T>(kind: PrimitiveKind, missing: T): Field<T> {
  return field({ ...untagged, type: { kind }, missing })
}

export const bool = primitive<boolean>('bool', false)
export const int8 = primitive<number>('int8', 0)
export const int16 = primitive<number>('int16', 0)
export const int32 = primitive<number>('int32', 0)
/** A number: exact to 2^53. */
export const int64 = primitive<number>('int64', 0)
export const float64 = primitive<number>('float64', 0)
export const zeroUuid = '00000000-0000-0000-0000-000000000000'
/** Text: 01234567-89ab-cdef-0123-456789abcdef. */
export const uuid = primitive<string>('uuid', zeroUuid)
export const string = primitive<string>('string', '')
export const bytes = primitive<Buffer>('bytes', Buffer.alloc(0))
/** Record batches as they are; a view of the frame, never a copy. */
export const records: Field<Buffer | null> = primitive<Buffer>('bytes', Buffer.alloc(0))
  .orNull()
  .default(Buffer.alloc(0))

/** A list of primitive values, or of structs when given their fields. */
export function array<S extends Shape>(shape: S): Field<readonly Decoded<S>[], readonly Input<S>[]>
export function array<T>(element: Field<T> & { type: WireType }): Field<readonly T[]>
export function array(element: Shape | AnyField): AnyField {
  const inner = isField(element) ? element : struct(element)
  return field({ ...untagged, type: { kind: 'array', element: inner }, missing: [] })
}

export function struct<S extends Shape>(shape: S): Field<Decoded<S>, Input<S>> {
  return field({ ...untagged, type: { kind: 'struct', shape }, missing: undefined })
}

function isField(value: Shape | AnyField): value is AnyField {
  return typeof (value as AnyField).since === 'function'
}
