import type { ExactJson } from '../exact-json.ts'
import type { Shape } from './shape.ts'

/** 2019-09 and 2020-12 read `$ref` beside other keywords, and know `unevaluated…`; drafts 4, 6 and 7 do not. */
export type Dialect = 'classic' | 'modern'

/** Loads a schema below the one that is being loaded. */
export type LoadChild = (json: ExactJson, step: string) => Shape

/** What every shape has; `default` and the like are added to the shape of the whole schema. */
export function described(source: ExactJson): {
  readonly source: ExactJson
  readonly hasDefault: false
  readonly connectType: undefined
} {
  return { source, hasDefault: false, connectType: undefined }
}
