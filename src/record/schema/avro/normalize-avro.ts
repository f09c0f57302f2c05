import { sortKeys, type ExactJson } from '../exact-json.ts'
import {
  isNamed,
  type AvroField,
  type AvroName,
  type AvroNamed,
  type AvroProperties,
  type AvroSchema,
} from './avro-schema.ts'
import { logicalTypeOf } from './logical-type.ts'

/**
 * The same schema with all that has no meaning in one order: properties by name (those of a logical type first), aliases, and the
 * keys of objects in defaults. Schemas that differ in nothing else become one.
 */
export function normalizeAvro(schema: AvroSchema): AvroSchema {
  const done = new Map<AvroNamed, AvroNamed>()

  function type(each: AvroSchema): AvroSchema {
    if (isNamed(each)) return done.get(each) ?? named(each)
    if (each.type === 'union') return { type: 'union', branches: each.branches.map(type) }
    const properties = orderedProperties(each)
    if (each.type === 'array') return { type: 'array', items: type(each.items), properties }
    if (each.type === 'map') return { type: 'map', values: type(each.values), properties }
    return { type: each.type, properties }
  }

  function named(each: AvroNamed): AvroNamed {
    const head = {
      name: each.name,
      doc: each.doc === '' ? undefined : each.doc,
      aliases: uniqueNames(each.aliases),
      properties: orderedProperties(each),
    }
    if (each.type !== 'record') {
      const made = { ...each, ...head }
      done.set(each, made)
      return made
    }
    const fields: AvroField[] = []
    const made = { ...each, ...head, fields }
    // Before its fields, which may lead back here.
    done.set(each, made)
    for (const field of each.fields) fields.push(fieldOf(field))
    return made
  }

  function fieldOf(field: AvroField): AvroField {
    return {
      ...field,
      schema: type(field.schema),
      default: field.default && { value: sortKeys(field.default.value) },
      aliases: [...new Set(field.aliases)].toSorted(),
      properties: byName(field.properties),
    }
  }

  return type(schema)
}

function orderedProperties(schema: Exclude<AvroSchema, { type: 'union' }>): AvroProperties {
  const logical = logicalTypeOf(schema)
  const sorted = byName(schema.properties)
  if (!logical) return sorted
  const first = ['logicalType', 'precision', ...('scale' in logical && logical.scale !== 0 ? ['scale'] : [])]
  const isFirst = ([key]: readonly [string, ExactJson]): boolean => first.includes(key)
  return [
    ...first.flatMap((key) => sorted.filter(([name]) => name === key)),
    ...sorted.filter((property) => !isFirst(property)),
  ]
}

function byName(properties: AvroProperties): AvroProperties {
  return properties
    .map(([key, value]) => [key, sortKeys(value)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}

function uniqueNames(names: readonly AvroName[]): readonly AvroName[] {
  const byFull = new Map(names.map((name) => [name.full, name]))
  return [...byFull.keys()].toSorted().map((full) => byFull.get(full)!)
}
