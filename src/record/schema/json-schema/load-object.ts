import { listOf, type ExactJson } from '../exact-json.ts'
import { InvalidSchema } from '../invalid-schema.ts'
import type { Keywords } from './keywords.ts'
import { described, type Dialect, type LoadChild } from './load-child.ts'
import type { ObjectShape, Shape } from './shape.ts'

const classicKeys = [
  'properties',
  'required',
  'minProperties',
  'maxProperties',
  'dependencies',
  'patternProperties',
  'additionalProperties',
  'propertyNames',
]

export const objectKeys: Readonly<Record<Dialect, readonly string[]>> = {
  classic: classicKeys,
  modern: [...classicKeys, 'dependentRequired', 'dependentSchemas', 'unevaluatedProperties'],
}

export function loadObject(keywords: Keywords, child: LoadChild, dialect: Dialect): ObjectShape {
  const { json } = keywords
  const sub = (key: string): Shape | undefined => (json[key] === undefined ? undefined : child(json[key], key))
  const shapesOf = (key: string): readonly (readonly [string, Shape])[] =>
    keywords.entries(key).map(([name, value]) => [name, child(value, `${key}/${name}`)])
  sub('propertyNames')
  const additional = sub('additionalProperties')
  const { requiredWith, schemasWith } = dependencies(keywords, child, dialect)
  return {
    kind: 'object',
    properties: new Map(shapesOf('properties')),
    patterns: shapesOf('patternProperties'),
    required: new Set(keywords.texts('required')),
    permitsAdditional: additional?.kind !== 'false',
    additional: additional?.kind === 'false' || json['additionalProperties'] === true ? undefined : additional,
    unevaluated: dialect === 'modern' ? sub('unevaluatedProperties') : undefined,
    requiredWith,
    schemasWith,
    minProperties: keywords.count('minProperties'),
    maxProperties: keywords.count('maxProperties'),
    ...described(keywords.pick(['type', ...objectKeys[dialect]])),
  }
}

/** Lists of properties, and schemas, that the presence of a property brings along. */
function dependencies(keywords: Keywords, child: LoadChild, dialect: Dialect) {
  const requiredWith = new Map<string, ReadonlySet<string>>()
  const schemasWith = new Map<string, Shape>()
  const modern = dialect === 'modern'
  for (const [name, value] of keywords.entries('dependencies')) {
    const list = listOf(value)
    if (list) requiredWith.set(name, namesIn(list, `dependencies/${name}`))
    else schemasWith.set(name, child(value, `dependencies/${name}`))
  }
  if (modern)
    for (const [name, value] of keywords.entries('dependentRequired'))
      requiredWith.set(name, namesIn(listOf(value), `dependentRequired/${name}`))
  if (modern)
    for (const [name, value] of keywords.entries('dependentSchemas'))
      schemasWith.set(name, child(value, `dependentSchemas/${name}`))
  return { requiredWith, schemasWith }
}

function namesIn(list: readonly ExactJson[] | undefined, path: string): ReadonlySet<string> {
  if (!list?.every((each) => typeof each === 'string')) throw new InvalidSchema(`${path} is no list of texts`)
  return new Set(list as readonly string[])
}
