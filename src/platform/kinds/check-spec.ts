import type { z } from 'zod'
import type { ErrorCode } from '../../kernel/errors/catalogue.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { nearestName } from '../../kernel/nearest.ts'
import { foreignObjectIn, type ForeignObject } from './foreign-object.ts'
import { eitherWords, issueWords } from './issue-words.ts'
import { shownValue } from './shown-value.ts'

/** Where the value at a path was written: `weir.config.ts:14:3`. */
export type Locate = (path: readonly PropertyKey[]) => string | undefined

/**
 * The value as its schema gives it, defaults filled in. Throws WEIR-1004 for a key that there is not, WEIR-1003 for a
 * value that does not fit; the message names `what`, the path, the value and what would be right.
 */
export function checkSpec<Output>(schema: z.ZodType<Output>, what: string, value: unknown, locate: Locate): Output {
  const foreign = foreignObjectIn(value)
  if (foreign) throw foreignObject(what, foreign, locate)
  const result = schema.safeParse(value, { error: issueWords })
  if (result.success) return result.data
  // An unknown key is named first: a value that lacks is often only misspelt.
  const issues = result.error.issues.map(likeliest)
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!
  if (issue.code === 'unrecognized_keys') throw unknownKey(schema, what, issue, locate)
  const path = [...issue.path]
  // What is missing stands nowhere: the same key further down is another declaration's.
  const at = locate(issue.code !== 'invalid_key' && valueAt(value, path) === undefined ? path.slice(0, -1) : path)
  // A check of ours that has a code of its own says all by itself.
  const code = issue.code === 'custom' ? (issue.params?.['code'] as ErrorCode | undefined) : undefined
  if (code !== undefined)
    throw new WeirError(code, `${what}: ${issue.message}`, { ...(at === undefined ? {} : { at }), details: { path } })
  throw new WeirError('WEIR-1003', `${what}:${placeOf(issue, value)} ${decapitalize(issue.message)}`, {
    ...(at === undefined ? {} : { at }),
    details: { path },
  })
}

function foreignObject(what: string, { path, what: found }: ForeignObject, locate: Locate): WeirError {
  const at = locate(path)
  const advice = found === 'a Promise' ? 'await it first' : 'write an object: { … }'
  return new WeirError('WEIR-1003', `${what}: ${path.join('.')} is ${found}, which has no options in it; ${advice}`, {
    ...(at === undefined ? {} : { at }),
    details: { path: [...path] },
  })
}

/** ` flush.age is "1 ms":`, ` streams.users has the name "":`; nothing for the whole. */
function placeOf(issue: z.core.$ZodIssue, value: unknown): string {
  const { path } = issue
  if (path.length === 0) return ''
  if (issue.code === 'invalid_key')
    return `${path.length === 1 ? '' : ` ${path.slice(0, -1).join('.')}`} has the name ${shownValue(path.at(-1))}:`
  return ` ${path.join('.')}${isSecret(issue) ? '' : ` ${shownAt(value, path)}`}:`
}

/** What was written in the place of a secret may be one. */
function isSecret(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'custom' && issue.params?.['secret'] === true
}

function shownAt(value: unknown, path: readonly PropertyKey[]): string {
  const found = valueAt(value, path)
  return found === undefined ? 'is missing' : `is ${shownValue(found)}`
}

/** Of what each form of a union says about a value: what the form says that the value was written in. */
function likeliest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code === 'invalid_key') return { ...issue, message: issue.issues[0]?.message ?? issue.message }
  if (issue.code !== 'invalid_union') return issue
  const branch = issue.errors.find((issues) => issues.some((inner) => !isOtherForm(inner)))
  const best = branch?.find(({ code }) => code === 'unrecognized_keys') ?? branch?.[0]
  if (best) return likeliest({ ...best, path: [...issue.path, ...best.path] })
  const wanted = issue.errors.flatMap((issues) => issues.map(({ message }) => decapitalize(message)))
  return wanted.length === 0 ? issue : { ...issue, message: eitherWords(wanted) }
}

/** Whether a form of a union does not take such values at all. */
function isOtherForm({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value')
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inside, step) => (inside as Record<PropertyKey, unknown> | undefined)?.[step], value)
}

function unknownKey(
  schema: z.ZodType,
  what: string,
  issue: z.core.$ZodIssueUnrecognizedKeys,
  locate: Locate,
): WeirError {
  const key = issue.keys[0]!
  const known = keysAt(schema, issue.path)
  const nearest = nearestName(key, known)
  const inside = issue.path.length === 0 ? '' : ` in ${issue.path.join('.')}`
  const advice = nearest === undefined ? `There are ${known.join(', ')}` : `Did you mean ${nearest}?`
  const at = locate([...issue.path, key])
  return new WeirError('WEIR-1004', `${what}: there is no option "${key}"${inside}. ${advice}`, {
    ...(at === undefined ? {} : { at }),
    details: { option: key, ...(nearest === undefined ? {} : { nearest }) },
  })
}

/** The option names of the object at a path, through defaults, optional and record types. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let definition = definitionOf(schema)
  for (const step of path) {
    const next = definition.shape?.[String(step)] ?? definition.valueType ?? definition.element
    if (!next) return []
    definition = definitionOf(next)
  }
  return Object.keys(definition.shape ?? {})
}

interface Definition {
  readonly shape?: Record<string, z.ZodType>
  readonly innerType?: z.ZodType
  readonly in?: z.ZodType
  readonly options?: readonly z.ZodType[]
  readonly valueType?: z.ZodType
  readonly element?: z.ZodType
}

function definitionOf(schema: z.ZodType): Definition {
  const definition = schema.def as Definition
  const inner =
    definition.innerType ?? definition.in ?? definition.options?.find((option) => definitionOf(option).shape)
  return inner ? definitionOf(inner) : definition
}

function decapitalize(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}
