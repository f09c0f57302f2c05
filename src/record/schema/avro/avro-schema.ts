import type { ExactJson } from '../exact-json.ts'

const avroPrimitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const
export type AvroPrimitiveName = (typeof avroPrimitives)[number]

/** Attributes that the specification gives no meaning, and those of logical types; in the order in which they were written. */
export type AvroProperties = readonly (readonly [name: string, value: ExactJson])[]

/** A parsed schema. Named types are one object wherever they are used, so recursive ones lead back to themselves. */
export type AvroSchema = AvroPrimitive | AvroArray | AvroMap | AvroUnion | AvroRecord | AvroEnum | AvroFixed

export type AvroNamed = AvroRecord | AvroEnum | AvroFixed

export interface AvroPrimitive {
  readonly type: AvroPrimitiveName
  readonly properties: AvroProperties
}

export interface AvroArray {
  readonly type: 'array'
  readonly items: AvroSchema
  readonly properties: AvroProperties
}

export interface AvroMap {
  readonly type: 'map'
  readonly values: AvroSchema
  readonly properties: AvroProperties
}

export interface AvroUnion {
  readonly type: 'union'
  readonly branches: readonly AvroSchema[]
}

interface Named {
  readonly name: AvroName
  readonly doc: string | undefined
  /** Full names. */
  readonly aliases: readonly AvroName[]
  readonly properties: AvroProperties
}

export interface AvroRecord extends Named {
  readonly type: 'record'
  /** Declared as `error`: the same, but for the word. */
  readonly isError: boolean
  readonly fields: readonly AvroField[]
}

export interface AvroEnum extends Named {
  readonly type: 'enum'
  readonly symbols: readonly string[]
  readonly default: string | undefined
}

export interface AvroFixed extends Named {
  readonly type: 'fixed'
  readonly size: number
}

export type AvroOrder = 'ascending' | 'descending' | 'ignore'

export interface AvroField {
  readonly name: string
  readonly schema: AvroSchema
  readonly doc: string | undefined
  /** Undefined without one; the value may be null. */
  readonly default: { readonly value: ExactJson } | undefined
  readonly order: AvroOrder
  readonly aliases: readonly string[]
  readonly properties: AvroProperties
}

export interface AvroName {
  readonly simple: string
  /** Undefined for none. */
  readonly namespace: string | undefined
  readonly full: string
}

/** `a.b.Name` says its namespace itself; else it is `namespace`, where an empty one is none. */
export function avroName(text: string, namespace: string | undefined): AvroName {
  const dot = text.lastIndexOf('.')
  const simple = text.slice(dot + 1)
  const space = (dot < 0 ? namespace : text.slice(0, dot)) || undefined
  return { simple, namespace: space, full: space === undefined ? simple : `${space}.${simple}` }
}

export function isNamed(schema: AvroSchema): schema is AvroNamed {
  return schema.type === 'record' || schema.type === 'enum' || schema.type === 'fixed'
}

export function isPrimitiveName(text: string): text is AvroPrimitiveName {
  return (avroPrimitives as readonly string[]).includes(text)
}
