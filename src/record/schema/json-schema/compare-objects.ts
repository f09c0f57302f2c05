import { compareLeast, compareMost } from './compare-limits.ts'
import { compareAdditional, compareUnevaluated, contentModel } from './compare-rest.ts'
import { containsAll, difference, none, under, wording, type Comparison, type Differences } from './differences.ts'
import { isFoundIn } from './pattern.ts'
import type { ObjectShape, Shape } from './shape.ts'

export function compareObjects(comparison: Comparison, original: ObjectShape, update: ObjectShape): Differences {
  return [
    ...compareRequired(comparison, original, update),
    ...compareProperties(comparison, original, update),
    ...compareDependencies(comparison, original, update),
    ...compareAdditional(comparison, 'ADDITIONAL_PROPERTIES', 'additionalProperties', original, update),
    ...compareUnevaluated(comparison, 'UNEVALUATED_PROPERTIES', 'unevaluatedProperties', original, update),
    ...compareMost(comparison, 'MAX_PROPERTIES', 'maxProperties', original.maxProperties, update.maxProperties),
    ...compareLeast(comparison, 'MIN_PROPERTIES', 'minProperties', original.minProperties, update.minProperties),
  ]
}

/** Of properties that both have; those that one has are added or removed. */
function compareRequired(comparison: Comparison, original: ObjectShape, update: ObjectShape): Differences {
  return [...original.properties.keys()].flatMap((name) => {
    const property = update.properties.get(name)
    const isNew = property && !original.required.has(name) && update.required.has(name)
    // What lacks it gets the default.
    if (!isNew || property.hasDefault) return none
    return difference(comparison, 'REQUIRED_ATTRIBUTE_ADDED', `required/${name}`, wording.added)
  })
}

function compareProperties(comparison: Comparison, original: ObjectShape, update: ObjectShape): Differences {
  const names = new Set([...original.properties.keys(), ...update.properties.keys()])
  return [...names].flatMap((name) => {
    const [before, after] = [original.properties.get(name), update.properties.get(name)]
    const found =
      before && after
        ? comparison.compare(before, after)
        : before
          ? compareRemoved(comparison, before, update, name)
          : compareAdded(comparison, original, update, after!, name)
    return under(`properties/${name}`, found)
  })
}

/** What was written with the property is read by what the update takes of undeclared ones. */
function compareRemoved(comparison: Comparison, property: Shape, update: ObjectShape, name: string): Differences {
  const rest = restFor(update, name)
  if (rest === 'open') return none
  if (rest === 'closed')
    return property.kind === 'false'
      ? none
      : difference(
          comparison,
          'PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL',
          '',
          (reader, writer) =>
            `the ${reader} schema takes only declared properties, and this one is declared in the ${writer} schema alone`,
        )
  const found = comparison.compare(property, rest)
  if (found.length === 0) return none
  return [
    ...found,
    ...difference(
      comparison,
      'PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL',
      '',
      (reader, writer) =>
        `the property of the ${writer} schema is not taken by what the ${reader} schema takes of undeclared ones`,
    ),
  ]
}

/** The property may have been written before, if the original took undeclared ones. */
function compareAdded(
  comparison: Comparison,
  original: ObjectShape,
  update: ObjectShape,
  property: Shape,
  name: string,
): Differences {
  const rest = restFor(original, name)
  const isRequired = update.required.has(name)
  if (rest === 'open')
    return property.kind === 'empty'
      ? none
      : difference(comparison, addedToOpen(isRequired, property.hasDefault), '', intoOpen)
  const covered = rest === 'closed' ? none : compareCovered(comparison, rest, property)
  if (!isRequired || property.hasDefault) return covered
  return [
    ...covered,
    ...difference(
      comparison,
      'REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL',
      '',
      (reader, writer) => `the ${reader} schema requires the property, and the ${writer} schema has none of that name`,
    ),
  ]
}

function intoOpen(reader: string, writer: string): string {
  return `the ${reader} schema declares the property, and the ${writer} schema took anything under that name`
}

function addedToOpen(isRequired: boolean, hasDefault: boolean): string {
  if (!isRequired) return 'OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL'
  return hasDefault
    ? 'REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL'
    : 'REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL'
}

function compareCovered(comparison: Comparison, rest: Shape, property: Shape): Differences {
  const found = comparison.compare(rest, property)
  if (found.length === 0) return none
  return [
    ...found,
    ...difference(
      comparison,
      'PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL',
      '',
      (reader, writer) =>
        `the property of the ${reader} schema does not take what the ${writer} schema took of undeclared ones`,
    ),
  ]
}

/** What a property of this name has to be when it is not declared. Patterns alone leave the others closed to comparison. */
function restFor(shape: ObjectShape, name: string): 'open' | 'closed' | Shape {
  const matched = shape.patterns.find(([pattern]) => isFoundIn(pattern, name))
  if (matched) return matched[1]
  const model = contentModel(shape)
  return model === 'open' && shape.patterns.length > 0 ? 'closed' : model
}

function compareDependencies(comparison: Comparison, original: ObjectShape, update: ObjectShape): Differences {
  const ofLists = [...update.requiredWith].flatMap(([name, after]) =>
    compareDependency(comparison, `dependencies/${name}`, original.requiredWith.get(name), after),
  )
  const ofSchemas = [...update.schemasWith].flatMap(([name, after]) => {
    const before = original.schemasWith.get(name)
    return before
      ? under(`dependencies/${name}`, comparison.compare(before, after))
      : difference(comparison, 'DEPENDENCY_SCHEMA_ADDED', `dependencies/${name}`, wording.added)
  })
  return [...ofLists, ...ofSchemas]
}

function compareDependency(
  comparison: Comparison,
  path: string,
  before: ReadonlySet<string> | undefined,
  after: ReadonlySet<string>,
): Differences {
  if (!before) return difference(comparison, 'DEPENDENCY_ARRAY_ADDED', path, wording.added)
  if (containsAll(before, after)) return none
  return containsAll(after, before)
    ? difference(comparison, 'DEPENDENCY_ARRAY_EXTENDED', path, wording.extended)
    : difference(comparison, 'DEPENDENCY_ARRAY_CHANGED', path, wording.changed)
}
