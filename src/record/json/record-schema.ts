/**
 * A schema as the Iceberg spec writes it in JSON (Appendix C), so that lake and records share it without sharing code:
 * primitives as text (`long`, `decimal(9,2)`, `fixed[16]`), nested types as objects.
 */
export interface RecordSchema {
  readonly fields: readonly RecordField[]
}

export interface RecordField {
  readonly id: number
  readonly name: string
  readonly required: boolean
  readonly type: RecordType
  /** What a record has that lacks the field, in the specification's JSON of a single value (appendix D). */
  readonly 'write-default'?: unknown
}

export type RecordType = string | RecordStruct | RecordList | RecordMap

export interface RecordStruct extends RecordSchema {
  readonly type: 'struct'
}

export interface RecordList {
  readonly type: 'list'
  readonly element: RecordType
  readonly 'element-required': boolean
}

export interface RecordMap {
  readonly type: 'map'
  readonly key: RecordType
  readonly value: RecordType
  readonly 'value-required': boolean
}
