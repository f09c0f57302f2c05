import { difference, none, wording, type Comparison, type Differences } from './differences.ts'

/** A keyword that takes less the larger it is: `minLength`. `type` is the beginning of the names of differences. */
export function compareLeast(
  comparison: Comparison,
  type: string,
  keyword: string,
  original: number | undefined,
  update: number | undefined,
): Differences {
  if (update === undefined || update === original) return none
  if (original === undefined) return difference(comparison, `${type}_ADDED`, keyword, wording.added)
  return update > original ? difference(comparison, `${type}_INCREASED`, keyword, wording.increased) : none
}

/** One that takes less the smaller it is: `maxLength`. */
export function compareMost(
  comparison: Comparison,
  type: string,
  keyword: string,
  original: number | undefined,
  update: number | undefined,
): Differences {
  if (update === undefined || update === original) return none
  if (original === undefined) return difference(comparison, `${type}_ADDED`, keyword, wording.added)
  return update < original ? difference(comparison, `${type}_DECREASED`, keyword, wording.decreased) : none
}
