import { nameOfKafkaError } from '../../../src/stream/protocol/errors.ts'

/** What no two brokers have in common, and stands for itself: texts for people, addresses. */
const leftOut: ReadonlySet<string> = new Set(['errorMessage', 'documentation', 'host', 'port', 'clusterId'])

/**
 * An answer in a form in which those of two brokers can be compared: errors by name, lists in an order of their own, ids that the
 * broker chose by what they stand for.
 */
export function plainAnswer(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Buffer.isBuffer(value)) return value.toString('hex')
  if (typeof value === 'string') return names.get(value) ?? value
  if (Array.isArray(value)) return value.map((one) => plainAnswer(one, names)).toSorted(byText)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([key]) => !leftOut.has(key))
  return Object.fromEntries(
    kept.map(([key, field]) => [
      key,
      key === 'errorCode' ? nameOfKafkaError(Number(field)) : plainAnswer(field, names),
    ]),
  )
}

/** The same request, with an id that one broker chose replaced by that of another. */
export function withId<T>(value: T, theirs: string, ours: string): T {
  if (value === theirs) return ours as T
  if (Array.isArray(value)) return value.map((one: unknown) => withId(one, theirs, ours)) as T
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withId(one, theirs, ours)])) as T
}

function byText(left: unknown, right: unknown): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1
}
