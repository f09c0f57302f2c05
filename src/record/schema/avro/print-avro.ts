import type { ExactJson } from '../exact-json.ts'
import {
  isNamed,
  isPrimitiveName,
  type AvroField,
  type AvroName,
  type AvroNamed,
  type AvroProperties,
  type AvroSchema,
} from './avro-schema.ts'

/**
 * The text of a schema, with its attributes in the order in which Avro's own library for Java writes them: registries compare and
 * store schemas by it. A type whose full name is in `known`, or was written before, is only named.
 */
export function printAvro(schema: AvroSchema, known: Iterable<string> = []): string {
  const written = new Set(known)

  function type(each: AvroSchema, namespace: string | undefined): Json {
    switch (each.type) {
      case 'union':
        return each.branches.map((branch) => type(branch, namespace))
      case 'array':
        return object([['type', 'array'], ['items', type(each.items, namespace)], ...each.properties])
      case 'map':
        return object([['type', 'map'], ['values', type(each.values, namespace)], ...each.properties])
      default:
        return isNamed(each) ? named(each, namespace) : primitive(each)
    }
  }

  function named(each: AvroNamed, namespace: string | undefined): Json {
    const { full, simple } = each.name
    if (written.has(full)) return reference(each.name, namespace)
    written.add(full)
    const aliases = each.aliases.map((alias) => reference(alias, each.name.namespace))
    return object([
      ['type', each.type === 'record' && each.isError ? 'error' : each.type],
      ['name', simple],
      ...namespaceOf(each.name, namespace),
      ...given('doc', each.doc),
      ...body(each),
      ...each.properties,
      ...(aliases.length === 0 ? [] : [['aliases', aliases] as const]),
    ])
  }

  function body(each: AvroNamed): Entries {
    switch (each.type) {
      case 'record':
        return [['fields', each.fields.map((field) => fieldOf(field, each.name.namespace))]]
      case 'enum':
        return [['symbols', each.symbols], ...given('default', each.default)]
      case 'fixed':
        return [['size', each.size]]
    }
  }

  function fieldOf(field: AvroField, namespace: string | undefined): Json {
    return object([
      ['name', field.name],
      ['type', type(field.schema, namespace)],
      ...given('doc', field.doc),
      ...(field.default === undefined ? [] : [['default', field.default.value] as const]),
      ...(field.order === 'ascending' ? [] : [['order', field.order] as const]),
      ...(field.aliases.length === 0 ? [] : [['aliases', field.aliases] as const]),
      ...field.properties,
    ])
  }

  return JSON.stringify(type(schema, undefined))
}

type Json = ExactJson | number | readonly Json[] | { readonly [key: string]: Json }
type Entries = readonly (readonly [string, Json])[]

function primitive({ type, properties }: { readonly type: string; readonly properties: AvroProperties }): Json {
  return properties.length === 0 ? type : object([['type', type], ...properties])
}

/** Left out where it is the enclosing one; an empty one says that there is none. */
function namespaceOf({ namespace }: AvroName, enclosing: string | undefined): Entries {
  return namespace === enclosing ? [] : [['namespace', namespace ?? '']]
}

/** Within its namespace the simple name does, unless it would be read as a primitive type. */
function reference({ simple, namespace, full }: AvroName, enclosing: string | undefined): string {
  return namespace !== undefined && namespace === enclosing && !isPrimitiveName(simple) ? simple : full
}

function given(key: string, value: string | undefined): Entries {
  return value === undefined ? [] : [[key, value]]
}

function object(entries: Entries): Json {
  return Object.fromEntries(entries)
}
