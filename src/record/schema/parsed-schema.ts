import type { ExactJson } from './exact-json.ts'
import type { Incompatibility } from './incompatibility.ts'
import type { Policy } from './json-schema/differences.ts'
import type { StepBudget } from './step-budget.ts'

/** As registries call them. Protobuf is none of ours. */
export const schemaTypes = ['AVRO', 'JSON'] as const
export type SchemaType = (typeof schemaTypes)[number]

/** A schema that another one refers to by `name`: a full name in Avro, what `$ref` has in JSON Schema. */
export interface SchemaReferenceText {
  readonly name: string
  readonly type: SchemaType
  readonly text: string
}

/** A schema that was read and found to be one, of whichever language. */
export interface ParsedSchema {
  readonly type: SchemaType
  /** The text that stands for it: spaces gone, and in Avro attributes in one order. */
  readonly canonical: string
  /** The full name of a record in Avro, the title of a JSON Schema. */
  readonly name: string | undefined
  /** The canonical text of the schema with all in order that has no meaning. */
  normalized(): string
  /** With the references written out in it, where the language can. */
  resolved(): string
  /** Equal for schemas that mean the same, whether references are written out in them or not. */
  identity(): string
  /**
   * Why data of `written`, a schema of the same language, may not be taken by this one; empty when it is. Throws OutOfSteps when the
   * schemas are too complex to tell.
   */
  incompatibilities(written: ParsedSchema, policy: Policy, budget: StepBudget): readonly Incompatibility[]
  /** A value's bytes as JSON for people. Throws UndecodableValue. */
  decode(bytes: Buffer): ExactJson
}
