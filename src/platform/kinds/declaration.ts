import { z } from 'zod'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { checkName, type NameRule } from './check-name.ts'
import { checkSpec } from './check-spec.ts'
import { formatSite, siteOfCall, siteOfOption } from './declaration-site.ts'
import { referenceFields, relationFields } from './fields.ts'
import { foreignObjectIn } from './foreign-object.ts'
import { shownValue } from './shown-value.ts'

/** Two copies of the package may meet in one project: a registered symbol is the same in both. */
const brand = Symbol.for('weir.declaration')

/** A resource as a value: other declarations refer to it. */
export interface Declaration<Kind extends string = string> {
  readonly kind: Kind
  readonly name: string
  readonly spec: unknown
  readonly tags: Readonly<Record<string, string>>
  /** `weir.config.ts:14:3` */
  readonly at: string | undefined
}

/** What every define function takes beside the options of its kind. */
export interface CommonOptions {
  /** For filters and policies: `{ team: 'shop' }`. */
  readonly tags?: Readonly<Record<string, string>>
}

export const tagsSchema = z.record(z.string().min(1).max(128), z.string().max(256))

/** What a define function needs of a kind. */
interface Declarable<Kind extends string> {
  readonly kind: Kind
  readonly nameRule?: NameRule
  readonly schema: z.ZodType
}

/**
 * The define function of a kind: `stream('orders', { … })`. It checks name and options at once; WEIR-1003, 1004 and 1008
 * name file, line and the nearest valid thing.
 */
export function declarer<Kind extends string, Options extends object>(definition: Declarable<Kind>) {
  return function declare(name: string, options?: Options & CommonOptions): Declaration<Kind> {
    const site = siteOfCall()
    const at = site && formatSite(site)
    checkName(definition, name, at)
    const what = `${definition.kind} "${name}"`
    checkOptions(options, what, at)
    const { tags = {}, ...own } = options ?? {}
    const named = withNames(definition, what, own, at)
    const locate = (path: readonly PropertyKey[]) => site && formatSite(siteOfOption(site, path))
    const spec = checkSpec(definition.schema, what, named, locate)
    const checkedTags = checkSpec(tagsSchema, `${what} tags`, tags, (path) => locate(['tags', ...path]))
    return Object.freeze({ [brand]: true, kind: definition.kind, name, spec, tags: checkedTags, at })
  }
}

/** WEIR-1003 for what has no options in it: they would be passed over. */
function checkOptions(options: unknown, what: string, at: string | undefined): void {
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options)
  if (options === undefined || (isObject && foreignObjectIn(options)?.path.length !== 0)) return
  throw new WeirError(
    'WEIR-1003',
    `${what}: its options are ${shownValue(options)}; write an object: { … }, or leave them out`,
    { ...(at === undefined ? {} : { at }) },
  )
}

export function isDeclaration(value: unknown): value is Declaration {
  return typeof value === 'object' && value !== null && brand in value
}

/** Puts names in the place of declarations, in the fields that are references. */
function withNames(
  { schema }: { readonly schema: z.ZodType },
  what: string,
  options: Readonly<Record<string, unknown>>,
  at: string | undefined,
): Readonly<Record<string, unknown>> {
  const named: Record<string, unknown> = { ...options }
  for (const [field, kind] of referenceFields(schema)) {
    const value = options[field]
    if (!isDeclaration(value)) continue
    if (value.kind !== kind)
      throw new WeirError('WEIR-1005', `${what}: ${field} takes a ${kind}, not the ${value.kind} "${value.name}"`, {
        ...(at === undefined ? {} : { at }),
      })
    named[field] = value.name
  }
  for (const field of relationFields(schema)) {
    const listed = options[field]
    if (Array.isArray(listed)) named[field] = listed.map((one: unknown) => relationName(one, `${what}: ${field}`, at))
  }
  return named
}

/** `namespace.name` of a table or view; what is none is for the schema to judge. */
function relationName(value: unknown, what: string, at: string | undefined): unknown {
  if (!isDeclaration(value)) return value
  if (value.kind === 'table' || value.kind === 'view')
    return `${(value.spec as { readonly namespace: string }).namespace}.${value.name}`
  throw new WeirError('WEIR-1005', `${what} takes tables and views, not the ${value.kind} "${value.name}"`, {
    ...(at === undefined ? {} : { at }),
  })
}
