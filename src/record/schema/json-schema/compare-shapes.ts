import { comparePairs } from '../compared-pairs.ts'
import type { Incompatibility } from '../incompatibility.ts'
import type { StepBudget } from '../step-budget.ts'
import { compareArrays } from './compare-arrays.ts'
import { compareCombined } from './compare-combined.ts'
import { compareObjects } from './compare-objects.ts'
import { compareConstants, compareEnums, compareNumbers, compareStrings } from './compare-scalars.ts'
import { difference, none, wording, type Comparison, type Differences, type Policy } from './differences.ts'
import type { CombinedShape, NotShape, Shape } from './shape.ts'

/**
 * Why what was valid by `original` may not be valid by `update`; empty when it stays so. The rules are those of Confluent's registry, which
 * looks at shapes and does not solve them: what it cannot see to be right counts as wrong, and a few wrong things it does not see.
 */
export function compareSchemas(
  original: Shape,
  update: Shape,
  policy: Policy,
  budget: StepBudget,
): readonly Incompatibility[] {
  const isFailure = (found: Differences): boolean => found.length > 0
  const found = comparePairs<Shape, Incompatibility>(original, update, isFailure, (before, after, comparePair) => {
    budget.take()
    const comparison: Comparison = {
      policy,
      budget,
      compare: (one, other) => compareOptional(comparison, one, other, comparePair),
    }
    return compareTypes(comparison, resolve(before), resolve(after))
  })
  return found.map((each) => ({ ...each, path: each.path === '' ? '#/' : `#/${each.path}` }))
}

function compareOptional(
  comparison: Comparison,
  original: Shape | undefined,
  update: Shape | undefined,
  comparePair: (original: Shape, update: Shape) => Differences,
): Differences {
  if (!update) return none
  if (!original) return difference(comparison, 'SCHEMA_ADDED', '', wording.added)
  return comparePair(resolve(original), resolve(update))
}

/** Through references, however many there are; those that lead to nothing but references take anything. */
function resolve(shape: Shape): Shape {
  const seen = new Set<Shape>()
  for (let found = shape; ; found = found.target()) {
    if (found.kind !== 'reference') return found
    if (seen.has(found)) return { kind: 'empty', source: {}, hasDefault: false, connectType: undefined }
    seen.add(found)
  }
}

function compareTypes(comparison: Comparison, original: Shape, update: Shape): Differences {
  if (original.kind !== 'combined' && update.kind === 'combined' && joins(comparison, original, update)) return none
  if (original.kind === 'combined' && update.kind !== 'combined' && leaves(comparison, original, update)) return none
  if (original.kind !== update.kind) return compareOtherTypes(comparison, original, update)
  switch (original.kind) {
    case 'string':
      return compareStrings(comparison, original, update as typeof original)
    case 'number':
      return compareNumbers(comparison, original, update as typeof original)
    case 'enum':
      return compareEnums(comparison, original, update as typeof original)
    case 'const':
      return compareConstants(comparison, original, update as typeof original)
    case 'combined':
      return compareCombined(comparison, original, update as typeof original)
    case 'not':
      return compareNots(comparison, original, update as typeof original)
    case 'object':
      return compareObjects(comparison, original, update as typeof original)
    case 'array':
      return compareArrays(comparison, original, update as typeof original)
    default:
      return none
  }
}

/** A schema that becomes one of several. */
function joins(comparison: Comparison, original: Shape, update: CombinedShape): boolean {
  if (update.parts.length !== 1 && update.criterion === 'allOf') return false
  return update.parts.some((part) => comparison.compare(original, part).length === 0)
}

/** One of several that all had to hold stays alone. */
function leaves(comparison: Comparison, original: CombinedShape, update: Shape): boolean {
  if (original.parts.length !== 1 && original.criterion !== 'allOf') return false
  return original.parts.some((part) => comparison.compare(part, update).length === 0)
}

function compareOtherTypes(comparison: Comparison, original: Shape, update: Shape): Differences {
  const bothBytes = original.connectType === 'bytes' && update.connectType === 'bytes'
  if (original.kind === 'false' || update.kind === 'empty' || bothBytes) return none
  return difference(comparison, 'TYPE_CHANGED', '', wording.typeChanged)
}

/** What must not be is compared the other way round. */
function compareNots(comparison: Comparison, original: NotShape, update: NotShape): Differences {
  const found = comparison.compare(update.not, original.not)
  return found.length === 0 ? none : difference(comparison, 'NOT_TYPE_EXTENDED', 'not', wording.extended)
}
