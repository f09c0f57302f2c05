import { comparable, isExactObject, listOf, stringOf, type ExactJson, type ExactObject } from '../exact-json.ts'
import { InvalidSchema, refuseDepth } from '../invalid-schema.ts'
import { openDocuments, type Documents, type Place } from './documents.ts'
import { arrayKeys, loadArray } from './load-array.ts'
import { loadNumber, loadString, numberKeys, stringKeys } from './load-scalar.ts'
import { loadObject, objectKeys } from './load-object.ts'
import { readKeywords, type Keywords } from './keywords.ts'
import { described, type Dialect, type LoadChild } from './load-child.ts'
import type { Criterion, Shape } from './shape.ts'

export interface LoadedSchema {
  readonly shape: Shape
  readonly dialect: Dialect
}

const criteria: readonly Criterion[] = ['allOf', 'anyOf', 'oneOf']

/** Takes a schema apart, with all that it refers to. Throws InvalidSchema. */
export function loadShape(root: ExactJson, references: ReadonlyMap<string, ExactJson>): LoadedSchema {
  if (!isExactObject(root) && typeof root !== 'boolean')
    throw new InvalidSchema('a JSON Schema is an object, or true or false')
  const documents = openDocuments(root, references)
  const dialect = dialectOf(root)
  const loader = createLoader(documents, dialect)
  const shape = loader.load(documents.root, '#', 0)
  loader.finish()
  return { shape, dialect }
}

function dialectOf(root: ExactJson): Dialect {
  const named = isExactObject(root) ? stringOf(root['$schema']) : undefined
  return named !== undefined && /json-schema\.org\/draft\/20(19-09|20-12)\/schema#?$/.test(named) ? 'modern' : 'classic'
}

function createLoader(documents: Documents, dialect: Dialect) {
  /** One shape for each schema: cycles have to lead back to the same. */
  const loaded = new Map<ExactObject, Shape>()
  const targets: (() => Shape)[] = []

  function load({ json, base }: Place, path: string, depth: number): Shape {
    refuseDepth(depth)
    if (json === true) return { kind: 'empty', ...described({}) }
    if (json === false) return { kind: 'false', ...described({}) }
    if (!isExactObject(json)) throw new InvalidSchema(`${path} is no schema: ${JSON.stringify(json).slice(0, 100)}`)
    const known = loaded.get(json)
    if (known) return known
    const inner = addressBelow(json, base)
    const child: LoadChild = (part, step) => load({ json: part, base: inner }, `${path}/${step}`, depth + 1)
    const shape = whole(json, partsOf(readKeywords(json, path), child, inner))
    loaded.set(json, shape)
    return shape
  }

  function addressBelow(json: ExactObject, base: string): string {
    const id = stringOf(json['$id'])
    if (id === undefined) return base
    try {
      return new URL(id, base).href
    } catch {
      return base
    }
  }

  function partsOf(keywords: Keywords, child: LoadChild, base: string): Shape[] {
    const reference = keywords.text('$ref') ?? (dialect === 'modern' ? keywords.text('$dynamicRef') : undefined)
    const parts: Shape[] = reference === undefined ? [] : [referenceTo(reference, base)]
    if (reference !== undefined && dialect === 'classic') return parts
    parts.push(...valuesOf(keywords))
    for (const criterion of criteria) {
      const list = keywords.list(criterion)
      const combined = list?.map((each, at) => child(each, `${criterion}/${at}`))
      if (combined)
        parts.push({ kind: 'combined', criterion, parts: combined, ...described(keywords.pick([criterion])) })
    }
    if (keywords.has(['not']))
      parts.push({ kind: 'not', not: child(keywords.json['not']!, 'not'), ...described(keywords.pick(['not'])) })
    parts.push(...typesOf(keywords, child))
    const conditional = keywords.pick(['if', 'then', 'else'])
    for (const key of Object.keys(conditional)) child(conditional[key]!, key)
    if (Object.keys(conditional).length > 0) parts.push({ kind: 'conditional', ...described(conditional) })
    return parts
  }

  function referenceTo(reference: string, base: string): Shape {
    let found: Shape | undefined
    const target = (): Shape => (found ??= resolved(reference, base))
    // Looked up when all is loaded: it may lead back here.
    targets.push(target)
    return { kind: 'reference', target, ...described({ $ref: reference }) }
  }

  function resolved(reference: string, base: string): Shape {
    const place = documents.resolve(reference, base)
    return place === 'metaschema' ? { kind: 'empty', ...described({}) } : load(place, reference, 0)
  }

  /** Types that are named, with their keywords, and keywords of types that are not. */
  function typesOf(keywords: Keywords, child: LoadChild): Shape[] {
    const taken = new Set<string>()
    const typed = (name: string): Shape => {
      const shape = shapeOfType(name, keywords, child, dialect)
      taken.add(shape.kind)
      return shape
    }
    const { json } = keywords
    const names = listOf(json['type'])
    const parts: Shape[] = []
    if (names) {
      const union = names.map((name) => typed(typeof name === 'string' ? name : JSON.stringify(name)))
      parts.push({ kind: 'combined', criterion: 'anyOf', parts: union, ...described(keywords.pick(['type'])) })
    } else if (json['type'] !== undefined) parts.push(typed(keywords.text('type')!))
    if (!taken.has('array') && keywords.has(arrayKeys[dialect])) parts.push(loadArray(keywords, child, dialect))
    if (!taken.has('object') && keywords.has(objectKeys[dialect])) parts.push(loadObject(keywords, child, dialect))
    if (!taken.has('number') && keywords.has(numberKeys)) parts.push(loadNumber(keywords, false))
    if (!taken.has('string') && keywords.has(stringKeys)) parts.push(loadString(keywords))
    return parts
  }

  return {
    load,
    finish() {
      // Grows while it is walked.
      for (const target of targets) target()
    },
  }
}

function whole(json: ExactObject, parts: readonly Shape[]): Shape {
  const own = { hasDefault: json['default'] !== undefined, connectType: stringOf(json['connect.type']) }
  if (parts.length === 0) return { kind: 'empty', source: {}, ...own }
  if (parts.length === 1) return { ...parts[0]!, ...own }
  return { kind: 'combined', criterion: 'allOf', parts, source: json, ...own }
}

function valuesOf(keywords: Keywords): Shape[] {
  const values = keywords.list('enum')
  const parts: Shape[] = []
  if (values)
    parts.push({ kind: 'enum', values: new Set(values.map(comparable)), ...described(keywords.pick(['enum'])) })
  const { json } = keywords
  if (json['const'] !== undefined)
    parts.push({ kind: 'const', value: comparable(json['const']), ...described(keywords.pick(['const'])) })
  return parts
}

function shapeOfType(name: string, keywords: Keywords, child: LoadChild, dialect: Dialect): Shape {
  switch (name) {
    case 'string':
      return loadString(keywords)
    case 'integer':
    case 'number':
      return loadNumber(keywords, name === 'integer')
    case 'boolean':
    case 'null':
      return { kind: name, ...described({ type: name }) }
    case 'array':
      return loadArray(keywords, child, dialect)
    case 'object':
      return loadObject(keywords, child, dialect)
    default:
      throw new InvalidSchema(
        `there is no type ${name}: there are string, integer, number, boolean, null, array and object`,
      )
  }
}
