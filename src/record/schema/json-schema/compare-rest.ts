import { difference, none, under, wording, type Comparison, type Differences } from './differences.ts'
import type { Shape } from './shape.ts'

/** How the rest of an object or an array is declared, all that is not declared one by one. */
export interface Rest {
  readonly permitsAdditional: boolean
  readonly additional: Shape | undefined
  readonly unevaluated: Shape | undefined
}

/** `open` takes anything as the rest, `closed` nothing, and a shape that. */
export function contentModel({ permitsAdditional, additional, unevaluated }: Rest): 'open' | 'closed' | Shape {
  if (!permitsAdditional) return 'closed'
  if (additional) return additional
  if (unevaluated === undefined || unevaluated.kind === 'empty') return 'open'
  return unevaluated.kind === 'false' ? 'closed' : unevaluated
}

/** `additionalProperties` or `additionalItems`; `type` is ADDITIONAL_PROPERTIES or ADDITIONAL_ITEMS. */
export function compareAdditional(
  comparison: Comparison,
  type: string,
  keyword: string,
  original: Rest,
  update: Rest,
): Differences {
  if (original.permitsAdditional && !update.permitsAdditional)
    return difference(comparison, `${type}_REMOVED`, keyword, wording.narrowed)
  if (!original.permitsAdditional || !update.additional) return none
  if (!original.additional) return difference(comparison, `${type}_NARROWED`, keyword, wording.narrowed)
  return under(keyword, comparison.compare(original.additional, update.additional))
}

/** `unevaluatedProperties` or `unevaluatedItems`. */
export function compareUnevaluated(
  comparison: Comparison,
  type: string,
  keyword: string,
  { unevaluated: original }: Rest,
  { unevaluated: update }: Rest,
): Differences {
  if (!update || original?.kind === 'false') return none
  if (update.kind === 'false') return difference(comparison, `${type}_REMOVED`, keyword, wording.narrowed)
  if (original === undefined || (original.kind === 'empty' && update.kind !== 'empty'))
    return difference(comparison, `${type}_NARROWED`, keyword, wording.narrowed)
  return update.kind === 'empty' ? none : under(keyword, comparison.compare(original, update))
}
