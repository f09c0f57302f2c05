import { compareLeast, compareMost } from './compare-limits.ts'
import { compareAdditional, compareUnevaluated, contentModel } from './compare-rest.ts'
import { difference, none, under, wording, type Comparison, type Differences } from './differences.ts'
import type { ArrayShape, Shape } from './shape.ts'

export function compareArrays(comparison: Comparison, original: ArrayShape, update: ArrayShape): Differences {
  const isNewlyUnique = !original.uniqueItems && update.uniqueItems
  return [
    ...under('items', comparison.compare(original.items, update.items)),
    ...compareTuples(comparison, original, update),
    ...compareAdditional(comparison, 'ADDITIONAL_ITEMS', 'additionalItems', original, update),
    ...compareUnevaluated(comparison, 'UNEVALUATED_ITEMS', 'unevaluatedItems', original, update),
    ...compareMost(comparison, 'MAX_ITEMS', 'maxItems', original.maxItems, update.maxItems),
    ...compareLeast(comparison, 'MIN_ITEMS', 'minItems', original.minItems, update.minItems),
    ...(isNewlyUnique ? difference(comparison, 'UNIQUE_ITEMS_ADDED', 'uniqueItems', wording.added) : none),
    ...compareMost(comparison, 'MAX_CONTAINS', 'maxContains', original.maxContains, update.maxContains),
    ...compareLeast(comparison, 'MIN_CONTAINS', 'minContains', original.minContains, update.minContains),
  ]
}

function compareTuples(comparison: Comparison, original: ArrayShape, update: ArrayShape): Differences {
  const length = Math.max(original.tuple.length, update.tuple.length)
  return Array.from({ length }, (_, at) => {
    const [before, after] = [original.tuple[at], update.tuple[at]]
    const found =
      before && after
        ? comparison.compare(before, after)
        : before
          ? compareRemoved(comparison, before, update)
          : compareAdded(comparison, original, after!)
    return under(`items/${at}`, found)
  }).flat()
}

function compareRemoved(comparison: Comparison, item: Shape, update: ArrayShape): Differences {
  const rest = contentModel(update)
  if (rest === 'open' || (rest === 'closed' && item.kind === 'false')) return none
  if (rest === 'closed')
    return difference(
      comparison,
      'ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL',
      '',
      (reader, writer) =>
        `the ${reader} schema takes only declared items, and this one is declared in the ${writer} schema alone`,
    )
  return notCovered(
    comparison,
    'ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL',
    comparison.compare(item, rest),
  )
}

function compareAdded(comparison: Comparison, original: ArrayShape, item: Shape): Differences {
  const rest = contentModel(original)
  if (rest === 'closed' || (rest === 'open' && item.kind === 'empty')) return none
  if (rest === 'open')
    return difference(
      comparison,
      'ITEM_ADDED_TO_OPEN_CONTENT_MODEL',
      '',
      (reader, writer) => `the ${reader} schema declares the item, and the ${writer} schema took anything there`,
    )
  return notCovered(
    comparison,
    'ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL',
    comparison.compare(rest, item),
  )
}

function notCovered(comparison: Comparison, type: string, found: Differences): Differences {
  if (found.length === 0) return none
  return [...found, ...difference(comparison, type, '', wording.narrowed)]
}
