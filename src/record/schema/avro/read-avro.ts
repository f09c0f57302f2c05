import type { Incompatibility } from '../incompatibility.ts'
import { comparePairs, type ComparePair } from '../compared-pairs.ts'
import type { StepBudget } from '../step-budget.ts'
import type { AvroEnum, AvroField, AvroFixed, AvroNamed, AvroRecord, AvroSchema } from './avro-schema.ts'

/**
 * Why data that was written with `writer` cannot be read with `reader`; empty when it can, by the rules of schema resolution in Avro's
 * specification. Types and paths are those that Avro's library for Java gives. Names are compared without namespace, as there.
 */
export function incompatibilitiesOf(
  reader: AvroSchema,
  writer: AvroSchema,
  budget: StepBudget,
): readonly Incompatibility[] {
  const isFailure = (found: readonly Incompatibility[]): boolean => found.length > 0
  return comparePairs<AvroSchema, Incompatibility>(reader, writer, isFailure, (read, written, compare) => {
    budget.take()
    return compareTypes(read, written, compare)
  }).map((found) => (found.path === '' ? { ...found, path: '/' } : found))
}

/** Paths are relative to the pair. */
type Compare = ComparePair<AvroSchema, Incompatibility>

function compareTypes(read: AvroSchema, written: AvroSchema, compare: Compare): readonly Incompatibility[] {
  if (written.type === 'union')
    return written.branches.flatMap((branch, at) => {
      const found = compare(read, branch)
      return read.type !== 'union' || found.length === 0 ? found : [missingBranch(branch, `/${at}`)]
    })
  if (read.type === 'union') {
    const isRead = read.branches.some((branch) => compare(branch, written).length === 0)
    return isRead ? [] : [missingBranch(written, '')]
  }
  if (read.type !== written.type) return promotions[written.type]?.includes(read.type) ? [] : [mismatch(read, written)]
  switch (read.type) {
    case 'array':
      return at('/items', compare(read.items, (written as typeof read).items))
    case 'map':
      return at('/values', compare(read.values, (written as typeof read).values))
    case 'fixed':
      return [...namesOf(read, written as AvroFixed), ...sizesOf(read, written as AvroFixed)]
    case 'enum':
      return [...namesOf(read, written as AvroEnum), ...symbolsOf(read, written as AvroEnum)]
    case 'record':
      return [...namesOf(read, written as AvroRecord), ...fieldsOf(read, written as AvroRecord, compare)]
    default:
      return []
  }
}

function at(path: string, found: readonly Incompatibility[]): readonly Incompatibility[] {
  return found.map((each) => ({ ...each, path: `${path}${each.path}` }))
}

function fieldsOf(read: AvroRecord, written: AvroRecord, compare: Compare): readonly Incompatibility[] {
  return read.fields.flatMap((field, index) => {
    const path = `/fields/${index}`
    const candidates = written.fields.filter(({ name }) => name === field.name || field.aliases.includes(name))
    if (candidates.length > 1) return [ambiguousField(field, candidates, path)]
    const source = candidates[0]
    if (source) return at(`${path}/type`, compare(field.schema, source.schema))
    return field.default ? [] : [missingDefault(field, path)]
  })
}

/** What the writer's type may be read as besides itself. */
const promotions: Readonly<Partial<Record<AvroSchema['type'], readonly AvroSchema['type'][]>>> = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  string: ['bytes'],
  bytes: ['string'],
}

function namesOf(read: AvroNamed, written: AvroNamed): readonly Incompatibility[] {
  const isSame = read.name.simple === written.name.simple || read.aliases.some(({ full }) => full === written.name.full)
  if (isSame) return []
  return [
    {
      type: 'NAME_MISMATCH',
      path: '/name',
      describe: (reader, writer) =>
        `the ${reader} schema calls it ${read.name.full}, which is neither the name in the ${writer} schema nor has it as an alias`,
      info: `expected: ${written.name.full}`,
    },
  ]
}

function sizesOf(read: AvroFixed, written: AvroFixed): readonly Incompatibility[] {
  if (read.size === written.size) return []
  return [
    {
      type: 'FIXED_SIZE_MISMATCH',
      path: '/size',
      describe: (reader, writer) =>
        `the size of the fixed type in the ${reader} schema is not that of the ${writer} schema`,
      info: `expected: ${written.size}, found: ${read.size}`,
    },
  ]
}

function symbolsOf(read: AvroEnum, written: AvroEnum): readonly Incompatibility[] {
  const missing = written.symbols.filter((symbol) => !read.symbols.includes(symbol)).toSorted()
  if (missing.length === 0 || read.default !== undefined) return []
  return [
    {
      type: 'MISSING_ENUM_SYMBOLS',
      path: '/symbols',
      describe: (reader, writer) =>
        `the ${reader} schema lacks symbols of the enum that the ${writer} schema has, and names no default symbol`,
      info: `[${missing.join(', ')}]`,
    },
  ]
}

function mismatch(read: AvroSchema, written: AvroSchema): Incompatibility {
  return {
    type: 'TYPE_MISMATCH',
    path: '',
    describe: (reader, writer) => `the type in the ${reader} schema cannot take the type in the ${writer} schema`,
    info: `reader type: ${read.type.toUpperCase()} not compatible with writer type: ${written.type.toUpperCase()}`,
  }
}

function missingBranch(written: AvroSchema, path: string): Incompatibility {
  return {
    type: 'MISSING_UNION_BRANCH',
    path,
    describe: (reader, writer) => `the union in the ${reader} schema has no branch for a type of the ${writer} schema`,
    info: `reader union lacking writer type: ${written.type.toUpperCase()}`,
  }
}

function missingDefault({ name }: AvroField, path: string): Incompatibility {
  return {
    type: 'READER_FIELD_MISSING_DEFAULT_VALUE',
    path,
    describe: (reader, writer) =>
      `the field ${name} of the ${reader} schema has no default value and is missing in the ${writer} schema`,
    info: name,
  }
}

function ambiguousField(field: AvroField, candidates: readonly AvroField[], path: string): Incompatibility {
  const names = candidates.map(({ name }) => name).join(', ')
  return {
    type: 'AMBIGUOUS_FIELD',
    path,
    describe: (reader, writer) =>
      `by its name and aliases the field ${field.name} of the ${reader} schema is more than one field of the ${writer} schema`,
    info: names,
  }
}
