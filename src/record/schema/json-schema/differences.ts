import type { Incompatibility } from '../incompatibility.ts'
import type { StepBudget } from '../step-budget.ts'
import type { Shape } from './shape.ts'

/**
 * strict: all that was valid stays valid. lenient: open content models may get properties, and closed ones lose some, as if nobody had used
 * what was not declared.
 */
export type Policy = 'strict' | 'lenient'

/** What comparisons of one kind of shape need of the whole. */
export interface Comparison {
  readonly policy: Policy
  readonly budget: StepBudget
  /** What of `update` does not take what `original` took, with paths from there. */
  compare(original: Shape | undefined, update: Shape | undefined): readonly Incompatibility[]
}

export type Differences = readonly Incompatibility[]

export const none: Differences = []

/** Allowed with the lenient policy. */
const lenientTypes: ReadonlySet<string> = new Set([
  'ADDITIONAL_PROPERTIES_NARROWED',
  'ADDITIONAL_PROPERTIES_REMOVED',
  'UNEVALUATED_PROPERTIES_NARROWED',
  'UNEVALUATED_PROPERTIES_REMOVED',
  'REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL',
  'OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL',
  'PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL',
  'PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL',
  'PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL',
])

/** One difference, unless the policy allows it. `path` is empty for the place itself. */
export function difference(
  { policy }: Pick<Comparison, 'policy'>,
  type: string,
  path: string,
  describe: Incompatibility['describe'],
): Differences {
  return policy === 'lenient' && lenientTypes.has(type) ? none : [{ type, path, describe }]
}

/** The same differences seen from further up. */
export function under(path: string, found: Differences): Differences {
  return found.map((each) => ({ ...each, path: each.path === '' ? path : `${path}/${each.path}` }))
}

/** Wordings that many differences share. */
export const wording = {
  added: (reader: string, writer: string) => `the ${reader} schema has the keyword, and the ${writer} schema has not`,
  increased: (reader: string, writer: string) =>
    `the value in the ${reader} schema is more than in the ${writer} schema`,
  decreased: (reader: string, writer: string) =>
    `the value in the ${reader} schema is less than in the ${writer} schema`,
  changed: (reader: string, writer: string) =>
    `the value in the ${reader} schema is another one than in the ${writer} schema`,
  narrowed: (reader: string, writer: string) => `the ${reader} schema takes less here than the ${writer} schema`,
  typeChanged: (reader: string, writer: string) =>
    `the type in the ${reader} schema is another one than in the ${writer} schema`,
  extended: (reader: string, writer: string) => `the ${reader} schema demands more here than the ${writer} schema`,
} as const

export function containsAll<Item>(outer: ReadonlySet<Item>, inner: ReadonlySet<Item>): boolean {
  return [...inner].every((item) => outer.has(item))
}
