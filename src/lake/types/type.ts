/** An Iceberg type, shaped as the specification writes it in JSON (appendix C). Primitives are text: `decimal(9,2)`. */
export type IcebergType = PrimitiveType | StructType | ListType | MapType
export type PrimitiveType = string

export interface StructType {
  readonly type: 'struct'
  readonly fields: readonly Field[]
}

export interface Field {
  readonly id: number
  readonly name: string
  readonly required: boolean
  readonly type: IcebergType
  readonly doc?: string
  readonly 'initial-default'?: unknown
  readonly 'write-default'?: unknown
}

export interface ListType {
  readonly type: 'list'
  readonly 'element-id': number
  readonly element: IcebergType
  readonly 'element-required': boolean
}

export interface MapType {
  readonly type: 'map'
  readonly 'key-id': number
  readonly key: IcebergType
  readonly 'value-id': number
  readonly value: IcebergType
  readonly 'value-required': boolean
}

/** A table schema: a struct with an id among the table's schemas. */
export interface Schema extends StructType {
  readonly 'schema-id': number
  readonly 'identifier-field-ids'?: readonly number[]
}
