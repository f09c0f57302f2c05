import type { z } from 'zod'
import { nearestName } from '../../kernel/nearest.ts'
import { shownValue } from './shown-value.ts'

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

/** What a value that does not fit should be; undefined for what its schema says better. For `safeParse(value, { error })`. */
export function issueWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `it takes ${issue.expected === 'number' && typeof issue.input === 'number' ? 'a finite number' : (typeWords[issue.expected] ?? issue.expected)}`
    case 'invalid_value':
      return `it takes ${either(issue.values.map(shownValue))}${proposal(issue.input, issue.values)}`
    case 'too_small':
      return bound('at least', issue.origin, issue.minimum)
    case 'too_big':
      return bound('at most', issue.origin, issue.maximum)
    default:
      return undefined
  }
}

/** Of what each form of a union would take, one sentence. */
export function eitherWords(messages: readonly string[]): string {
  const takes = 'it takes '
  const [first, ...others] = [...new Set(messages)]
  return [
    first,
    ...others.map((text) => (first!.startsWith(takes) && text.startsWith(takes) ? text.slice(9) : text)),
  ].join(', or ')
}

function bound(side: 'at least' | 'at most', origin: string, limit: number | bigint): string {
  if (origin === 'string')
    return side === 'at least' && limit === 1 ? 'it cannot be empty' : `it has ${side} ${limit} characters`
  if (origin === 'array') return `it has ${side} ${limit === 1 ? 'one element' : `${limit} elements`}`
  return `it is ${side} ${limit}`
}

function proposal(input: unknown, values: readonly unknown[]): string {
  const near =
    typeof input === 'string'
      ? nearestName(
          input,
          values.filter((one) => typeof one === 'string'),
        )
      : undefined
  return near === undefined || values.length === 1 ? '' : `. Did you mean ${shownValue(near)}?`
}

function either(words: readonly string[]): string {
  return words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
