import { inspect } from 'node:util'

const charactersMax = 80

/** As it was written, for messages: JSON has no NaN and no functions, and throws at others. */
export function shownValue(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : inspect(value, { breakLength: Infinity, depth: 3 })
  return text.length > charactersMax ? `${text.slice(0, charactersMax)}…` : text
}
