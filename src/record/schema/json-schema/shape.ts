import type { ExactJson } from '../exact-json.ts'

/**
 * A JSON Schema taken apart by type of value, as comparisons want it: the keywords for one type are one shape, and a schema of several kinds
 * of keywords is a `combined` one that wants all of them. So schemas that say the same in different words come out alike.
 */
export type Shape =
  | EmptyShape
  | FalseShape
  | PlainShape
  | StringShape
  | NumberShape
  | ObjectShape
  | ArrayShape
  | EnumShape
  | ConstShape
  | CombinedShape
  | NotShape
  | ConditionalShape
  | ReferenceShape

interface Described {
  /** The keywords that made it, to tell equal shapes. */
  readonly source: ExactJson
  readonly hasDefault: boolean
  /** `connect.type`, by which Kafka Connect knows its own types again. */
  readonly connectType: string | undefined
}

/** Takes everything: `true` and `{}`. */
export interface EmptyShape extends Described {
  readonly kind: 'empty'
}

export interface FalseShape extends Described {
  readonly kind: 'false'
}

export interface PlainShape extends Described {
  readonly kind: 'boolean' | 'null'
}

export interface StringShape extends Described {
  readonly kind: 'string'
  readonly minLength: number | undefined
  readonly maxLength: number | undefined
  readonly pattern: string | undefined
}

export interface NumberShape extends Described {
  readonly kind: 'number'
  readonly isInteger: boolean
  readonly minimum: number | undefined
  readonly maximum: number | undefined
  readonly exclusiveMinimum: number | undefined
  readonly exclusiveMaximum: number | undefined
  /** As it was written: a decimal number. */
  readonly multipleOf: string | undefined
}

export interface ObjectShape extends Described {
  readonly kind: 'object'
  readonly properties: ReadonlyMap<string, Shape>
  readonly patterns: readonly (readonly [pattern: string, shape: Shape])[]
  readonly required: ReadonlySet<string>
  readonly permitsAdditional: boolean
  readonly additional: Shape | undefined
  readonly unevaluated: Shape | undefined
  readonly requiredWith: ReadonlyMap<string, ReadonlySet<string>>
  readonly schemasWith: ReadonlyMap<string, Shape>
  readonly minProperties: number | undefined
  readonly maxProperties: number | undefined
}

export interface ArrayShape extends Described {
  readonly kind: 'array'
  /** Of all items; not together with `tuple`. */
  readonly items: Shape | undefined
  readonly tuple: readonly Shape[]
  readonly permitsAdditional: boolean
  readonly additional: Shape | undefined
  readonly unevaluated: Shape | undefined
  readonly minItems: number | undefined
  readonly maxItems: number | undefined
  readonly uniqueItems: boolean
  readonly minContains: number | undefined
  readonly maxContains: number | undefined
}

export interface EnumShape extends Described {
  readonly kind: 'enum'
  /** Comparable texts of the values. */
  readonly values: ReadonlySet<string>
}

export interface ConstShape extends Described {
  readonly kind: 'const'
  readonly value: string
}

export type Criterion = 'allOf' | 'anyOf' | 'oneOf'

export interface CombinedShape extends Described {
  readonly kind: 'combined'
  readonly criterion: Criterion
  readonly parts: readonly Shape[]
}

export interface NotShape extends Described {
  readonly kind: 'not'
  readonly not: Shape
}

/** `if`, `then` and `else`: registries do not look into them. */
export interface ConditionalShape extends Described {
  readonly kind: 'conditional'
}

/** A `$ref`; its target may lead back to it. */
export interface ReferenceShape extends Described {
  readonly kind: 'reference'
  readonly target: () => Shape
}
