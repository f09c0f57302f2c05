import { comparable } from '../exact-json.ts'
import { difference, none, under, wording, type Comparison, type Differences } from './differences.ts'
import { matchParts } from './match-parts.ts'
import type { CombinedShape, Shape } from './shape.ts'

export function compareCombined(comparison: Comparison, original: CombinedShape, update: CombinedShape): Differences {
  if (!criterionHolds(original, update)) return difference(comparison, 'COMBINED_TYPE_CHANGED', '', wording.typeChanged)
  const [before, after] = [distinct(original.parts), distinct(update.parts)]
  return [
    ...compareCounts(comparison, original, update, before.length, after.length),
    ...compareParts(comparison, original, before, after),
  ]
}

/** anyOf takes all that any other takes of the same parts; with one part they are the same. */
function criterionHolds(original: CombinedShape, update: CombinedShape): boolean {
  const [single, stays] = [original.parts.length === 1, update.parts.length === 1]
  return (
    original.criterion === update.criterion ||
    update.criterion === 'anyOf' ||
    (single && stays) ||
    (single && update.criterion === 'oneOf') ||
    (stays && original.criterion === 'allOf')
  )
}

function distinct(parts: readonly Shape[]): readonly Shape[] {
  const seen = new Map<string, Shape>()
  for (const part of parts) {
    const key = comparable(part.source)
    if (!seen.has(key)) seen.set(key, part)
  }
  return [...seen.values()]
}

function compareCounts(
  comparison: Comparison,
  original: CombinedShape,
  update: CombinedShape,
  before: number,
  after: number,
): Differences {
  if (before < after && update.criterion === 'allOf')
    return difference(comparison, 'PRODUCT_TYPE_EXTENDED', '', wording.extended)
  if (before > after && original.criterion !== 'allOf')
    return difference(comparison, 'SUM_TYPE_NARROWED', '', wording.narrowed)
  return none
}

/** Each part of the smaller side has to go with one of its own on the other. */
function compareParts(
  comparison: Comparison,
  original: CombinedShape,
  before: readonly Shape[],
  after: readonly Shape[],
): Differences {
  const matched = matchParts(before.length, after.length, (from, to) => {
    return comparison.compare(before[from], after[to]).length === 0
  })
  const count = matched.filter((to) => to !== undefined).length
  if (count >= Math.min(before.length, after.length)) return none
  const lost = matched.findIndex((to) => to === undefined)
  return [
    ...difference(comparison, 'COMBINED_TYPE_SUBSCHEMAS_CHANGED', '', wording.typeChanged),
    ...(after.length === 1 || before.length === 1
      ? under(`${original.criterion}/${lost}`, comparison.compare(before[lost], after[0]))
      : none),
  ]
}
