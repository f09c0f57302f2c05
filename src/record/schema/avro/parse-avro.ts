import { isDeepStrictEqual } from 'node:util'
import {
  isExactObject,
  listOf,
  numberOf,
  parseExactJson,
  stringOf,
  type ExactJson,
  type ExactObject,
} from '../exact-json.ts'
import { InvalidSchema, refuseDepth } from '../invalid-schema.ts'
import {
  avroName,
  isNamed,
  isPrimitiveName,
  type AvroEnum,
  type AvroField,
  type AvroFixed,
  type AvroName,
  type AvroNamed,
  type AvroOrder,
  type AvroProperties,
  type AvroRecord,
  type AvroSchema,
} from './avro-schema.ts'
import { fitsDefault } from './default-value.ts'

/** Named types by full name. */
export type AvroNames = ReadonlyMap<string, AvroNamed>

const typeAttributes = ['doc', 'fields', 'items', 'name', 'namespace', 'size', 'symbols', 'values', 'type', 'aliases']
const fieldAttributes = ['default', 'doc', 'name', 'order', 'type', 'aliases']
const orders: readonly AvroOrder[] = ['ascending', 'descending', 'ignore']

/**
 * A schema as the Avro specification 1.12 has it. `known` are the types of the schemas that it refers to. With `strict`, as for a
 * schema that is new, defaults have to fit their types. Throws InvalidSchema.
 */
export function parseAvro(
  text: string,
  known: AvroNames,
  strict: boolean,
): { readonly schema: AvroSchema; readonly names: AvroNames } {
  const parser = createParser(known)
  const schema = parser.type(jsonOf(text), undefined, 0)
  parser.finish(strict)
  return { schema, names: parser.names }
}

function jsonOf(text: string): ExactJson {
  try {
    return parseExactJson(text)
  } catch (error) {
    throw new InvalidSchema(`it is not JSON: ${(error as Error).message}`)
  }
}

/** A name that stands where its type may not be known yet; put right once all is read. */
interface Forward {
  readonly name: AvroName
  readonly resolve: (schema: AvroNamed) => void
}

function createParser(known: AvroNames) {
  const names = new Map(known)
  const forwards: Forward[] = []
  const withDefaults: AvroField[] = []

  function type(json: ExactJson, namespace: string | undefined, depth: number): AvroSchema {
    refuseDepth(depth)
    if (typeof json === 'string') return named(json, namespace)
    const branches = listOf(json)
    if (branches) return union(branches, namespace, depth)
    if (!isExactObject(json)) throw new InvalidSchema(`${shown(json)} is no type`)
    return complex(json, namespace, depth)
  }

  function named(text: string, namespace: string | undefined): AvroSchema {
    if (isPrimitiveName(text)) return { type: text, properties: [] }
    const found = names.get(avroName(text, namespace).full) ?? names.get(text)
    if (found) return found
    throw new UnknownName(avroName(text, namespace))
  }

  /** A type that may be named before it is defined: then `resolve` gets it in the end. */
  function typeOrLater(
    json: ExactJson,
    namespace: string | undefined,
    depth: number,
    resolve: (schema: AvroSchema) => void,
  ): AvroSchema {
    try {
      return type(json, namespace, depth)
    } catch (error) {
      if (!(error instanceof UnknownName) || typeof json !== 'string') throw error
      forwards.push({ name: error.avroName, resolve })
      return unresolved
    }
  }

  function union(branches: readonly ExactJson[], namespace: string | undefined, depth: number): AvroSchema {
    const parsed: AvroSchema[] = []
    for (const [at, branch] of branches.entries())
      parsed.push(typeOrLater(branch, namespace, depth + 1, (schema) => (parsed[at] = schema)))
    unions.push(parsed)
    return { type: 'union', branches: parsed }
  }
  const unions: AvroSchema[][] = []

  function complex(json: ExactObject, namespace: string | undefined, depth: number): AvroSchema {
    const word = stringOf(json['type'])
    if (word === undefined) throw new InvalidSchema(`a type without "type", or one that is no text: ${shown(json)}`)
    const properties = propertiesOf(json, word === 'enum' ? [...typeAttributes, 'default'] : typeAttributes)
    if (isPrimitiveName(word)) return { type: word, properties }
    switch (word) {
      case 'array': {
        const made: Writable<AvroSchema & { type: 'array' }> = { type: 'array', items: unresolved, properties }
        made.items = typeOrLater(required(json, 'items'), namespace, depth + 1, (schema) => (made.items = schema))
        return made
      }
      case 'map': {
        const made: Writable<AvroSchema & { type: 'map' }> = { type: 'map', values: unresolved, properties }
        made.values = typeOrLater(required(json, 'values'), namespace, depth + 1, (schema) => (made.values = schema))
        return made
      }
      case 'record':
      case 'error':
        return record(json, namespace, depth, properties)
      case 'enum':
        return define(enumOf(json, nameOf(json, namespace), properties))
      case 'fixed':
        return define(fixedOf(json, nameOf(json, namespace), properties))
      default:
        return named(word, namespace)
    }
  }

  function record(
    json: ExactObject,
    namespace: string | undefined,
    depth: number,
    properties: AvroProperties,
  ): AvroSchema {
    const name = nameOf(json, namespace)
    const fields: AvroField[] = []
    const isError = json['type'] === 'error'
    const made: AvroRecord = { type: 'record', isError, ...headOf(json, name), fields, properties }
    // Defined before its fields, which may be of its own type.
    define(made)
    const declared = listOf(json['fields'])
    if (!declared) throw new InvalidSchema(`the record ${name.full} has no list of "fields"`)
    for (const each of declared) fields.push(field(each, name, depth))
    refuseTwins(
      fields.map((each) => each.name),
      `fields of the record ${name.full}`,
    )
    return made
  }

  function field(json: ExactJson, record: AvroName, depth: number): AvroField {
    if (!isExactObject(json)) throw new InvalidSchema(`a field of ${record.full} is no object: ${shown(json)}`)
    const name = stringOf(json['name'])
    if (name === undefined) throw new InvalidSchema(`a field of ${record.full} has no "name": ${shown(json)}`)
    checkName(name, `the field of ${record.full}`)
    const written = required(json, 'type', `the field ${name} of ${record.full}`)
    const order = json['order'] ?? 'ascending'
    if (!orders.includes(order as AvroOrder))
      throw new InvalidSchema(
        `the field ${name} of ${record.full} has the order ${shown(order)}: it is one of ${orders.join(', ')}`,
      )
    const made: Writable<AvroField> = {
      name,
      schema: unresolved,
      doc: stringOf(json['doc']),
      default: json['default'] === undefined ? undefined : { value: json['default'] },
      order: order as AvroOrder,
      aliases: [...new Set(textsOf(json, 'aliases', `the field ${name} of ${record.full}`))],
      properties: propertiesOf(json, fieldAttributes),
    }
    made.schema = typeOrLater(written, record.namespace, depth + 1, (schema) => (made.schema = schema))
    if (made.default) withDefaults.push(made)
    return made
  }

  function define(schema: AvroNamed): AvroNamed {
    const { full, simple } = schema.name
    if (isPrimitiveName(simple) && schema.name.namespace === undefined)
      throw new InvalidSchema(`${simple} is the name of a primitive type: no other type can have it`)
    const known = names.get(full)
    if (known && isSameAgain(known, schema)) return known
    if (known) throw new InvalidSchema(`the type ${full} is defined twice`)
    names.set(full, schema)
    return schema
  }

  function finish(strict: boolean): void {
    for (const { name, resolve } of forwards) {
      const found = names.get(name.full)
      if (!found) throw new UnknownName(name)
      resolve(found)
    }
    for (const branches of unions) checkUnion(branches)
    if (strict) for (const each of withDefaults) checkDefault(each)
  }

  return { names, type, finish }
}

class UnknownName extends InvalidSchema {
  readonly avroName: AvroName

  constructor(name: AvroName) {
    super(`there is no type ${name.full}, neither here nor in the references`)
    this.avroName = name
  }
}

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] }

const unresolved: AvroSchema = { type: 'null', properties: [] }

function enumOf(json: ExactObject, name: AvroName, properties: AvroProperties): AvroEnum {
  const symbols = textsOf(json, 'symbols', `the enum ${name.full}`)
  if (json['symbols'] === undefined) throw new InvalidSchema(`the enum ${name.full} has no "symbols"`)
  for (const symbol of symbols) checkName(symbol, `a symbol of the enum ${name.full}`)
  refuseTwins(symbols, `symbols of the enum ${name.full}`)
  const standard = stringOf(json['default'])
  if (standard !== undefined && !symbols.includes(standard))
    throw new InvalidSchema(`the default ${standard} of the enum ${name.full} is none of its symbols`)
  return { type: 'enum', ...headOf(json, name), symbols, default: standard, properties }
}

function fixedOf(json: ExactObject, name: AvroName, properties: AvroProperties): AvroFixed {
  const size = numberOf(json['size'])
  if (size === undefined || !Number.isInteger(size) || size < 0)
    throw new InvalidSchema(`the fixed ${name.full} has the size ${shown(json['size'] ?? null)}: it is a whole number`)
  return { type: 'fixed', ...headOf(json, name), size, properties }
}

/** What Avro's library for Java takes for no second definition: an enum or a fixed that says the same, but for doc, aliases and default. */
function isSameAgain(known: AvroNamed, other: AvroNamed): boolean {
  if (known.type === 'record' || known.type !== other.type) return false
  const contentOf = (schema: AvroEnum | AvroFixed): unknown => (schema.type === 'enum' ? schema.symbols : schema.size)
  return isDeepStrictEqual([contentOf(known), known.properties], [contentOf(other as typeof known), other.properties])
}

function headOf(json: ExactObject, name: AvroName) {
  const aliases = textsOf(json, 'aliases', `the type ${name.full}`).map((alias) => avroName(alias, name.namespace))
  const unique = new Map(aliases.map((alias) => [alias.full, alias]))
  return { name, doc: stringOf(json['doc']), aliases: [...unique.values()] }
}

function nameOf(json: ExactObject, enclosing: string | undefined): AvroName {
  const text = stringOf(json['name'])
  if (text === undefined) throw new InvalidSchema(`a type without "name": ${shown(json)}`)
  const name = avroName(text, stringOf(json['namespace']) ?? enclosing)
  for (const part of name.full.split('.')) checkName(part, `the name ${name.full}`)
  return name
}

function checkName(name: string, what: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new InvalidSchema(
      `${what}: "${name}" is no name in Avro, which begins with a letter or _ and goes on with those and digits`,
    )
}

function checkUnion(branches: readonly AvroSchema[]): void {
  if (branches.some(({ type }) => type === 'union')) throw new InvalidSchema('a union directly in a union')
  refuseTwins(
    branches.map((branch) => (isNamed(branch) ? branch.name.full : branch.type)),
    'branches of a union',
  )
}

function checkDefault({ name, schema, default: standard }: AvroField): void {
  if (standard && !fitsDefault(schema, standard.value))
    throw new InvalidSchema(
      `the field ${name}: its default ${shown(standard.value)} is no ${isNamed(schema) ? schema.name.full : schema.type}`,
    )
}

function refuseTwins(texts: readonly string[], what: string): void {
  const twin = texts.find((text, at) => texts.indexOf(text) !== at)
  if (twin !== undefined) throw new InvalidSchema(`two ${what} are ${twin}`)
}

function required(json: ExactObject, attribute: string, what = 'a type'): ExactJson {
  const value = json[attribute]
  if (value === undefined) throw new InvalidSchema(`${what} has no "${attribute}": ${shown(json)}`)
  return value
}

function textsOf(json: ExactObject, attribute: string, what: string): readonly string[] {
  const list = json[attribute] === undefined ? [] : listOf(json[attribute])
  if (!list?.every((each) => typeof each === 'string'))
    throw new InvalidSchema(`"${attribute}" of ${what} is no list of texts: ${shown(json[attribute] ?? null)}`)
  return list as readonly string[]
}

function propertiesOf(json: ExactObject, meant: readonly string[]): AvroProperties {
  return Object.entries(json).filter(([key]) => !meant.includes(key))
}

function shown(json: ExactJson): string {
  const text = JSON.stringify(json)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
