import type { GroupTopic } from '../../group-topics.ts'
import type { NameMatcher } from './compile.ts'

/** A regular expression, and the topics that it matched when they were last looked at. */
export interface ResolvedRegex {
  readonly matches: NameMatcher
  readonly revision: number
  readonly topics: readonly GroupTopic[]
}
