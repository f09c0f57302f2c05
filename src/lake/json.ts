/**
 * A 64-bit integer as JSON brings it: a number where a number is exact, else a bigint. One value has one form, so `===`
 * compares and `String` prints it.
 */
export type Long = number | bigint

/** Canonical form of decimal text or of a bigint. */
export function toLong(value: string | bigint | number): Long {
  const big = BigInt(value)
  const small = Number(big)
  return Number.isSafeInteger(small) ? small : big
}

/** JSON in which integers beyond 2^53 keep their digits (snapshot ids of other engines are 63 bits). */
export function parseJson(text: string): unknown {
  const parsed = JSON.parse(text) as unknown
  // The reviver is ten times slower, and what it is for is seldom there.
  if (!hasLong(parsed)) return parsed
  return JSON.parse(text, ((_key: string, value: unknown, context: { source?: string }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context.source ?? '')
      ? BigInt(context.source!)
      : value) as (key: string, value: unknown) => unknown)
}

/** Whether a number may have been an integer that lost digits. */
function hasLong(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value)
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(hasLong)
  for (const key in value) if (hasLong((value as Readonly<Record<string, unknown>>)[key])) return true
  return false
}

const { rawJSON: rawJson } = JSON as unknown as { rawJSON: (this: void, text: string) => unknown }

export function stringifyJson(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch (error) {
    // Plain JSON refuses a bigint; without one it is five times faster.
    if (!(error instanceof TypeError)) throw error
    return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? rawJson(String(item)) : item))
  }
}
