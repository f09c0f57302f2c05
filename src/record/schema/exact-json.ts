/** JSON as it was written: numbers keep their text, for 1.0 is not 1 to who compares schemas by it. */
export type ExactJson = null | boolean | string | ExactNumber | readonly ExactJson[] | ExactObject

export interface ExactObject {
  readonly [key: string]: ExactJson
}

/** A number by its text; `JSON.stringify` writes it as it was. */
export interface ExactNumber {
  readonly rawJSON: string
}

interface RawJson {
  rawJSON(text: string): ExactNumber
  isRawJSON(value: unknown): value is ExactNumber
  parse(text: string, revive: (key: string, value: unknown, context: { readonly source: string }) => unknown): unknown
}

/** Part of JavaScript that the types do not have yet. */
const raw = JSON as unknown as RawJson

/** Throws SyntaxError. */
export function parseExactJson(text: string): ExactJson {
  return raw.parse(text, (_key, value, { source }) =>
    typeof value === 'number' ? raw.rawJSON(source) : value,
  ) as ExactJson
}

export function isExactNumber(value: ExactJson | undefined): value is ExactNumber {
  return raw.isRawJSON(value)
}

export function isExactObject(value: ExactJson | undefined): value is ExactObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !raw.isRawJSON(value)
}

/** As JavaScript has it; what lies beyond its numbers is rounded. */
export function numberOf(value: ExactJson | undefined): number | undefined {
  return isExactNumber(value) ? Number(value.rawJSON) : undefined
}

export function stringOf(value: ExactJson | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function listOf(value: ExactJson | undefined): readonly ExactJson[] | undefined {
  return Array.isArray(value) ? (value as readonly ExactJson[]) : undefined
}

/** On one line, without spaces. */
export function printJson(value: ExactJson): string {
  return JSON.stringify(value)
}

/** The same with the keys of all objects in order. */
export function sortKeys(value: ExactJson): ExactJson {
  if (Array.isArray(value)) return (value as readonly ExactJson[]).map(sortKeys)
  if (!isExactObject(value)) return value
  const sorted = Object.keys(value).toSorted(byCodeUnit)
  return Object.fromEntries(sorted.map((key) => [key, sortKeys(value[key]!)]))
}

/** Equal for values that say the same: the order of keys and the way in which a number is written do not matter. */
export function comparable(value: ExactJson): string {
  return JSON.stringify(sortKeys(value), (_key, each: unknown) =>
    raw.isRawJSON(each) ? plainNumber(each.rawJSON) : each,
  )
}

function plainNumber(text: string): unknown {
  const number = Number(text)
  // Beyond what a double holds the text has to do.
  return Number.isSafeInteger(number) || /^-?\d{1,15}(\.\d+)?$/.test(text) ? number : raw.rawJSON(text)
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The number that has this text. */
export function exactNumber(text: string): ExactNumber {
  return raw.rawJSON(text)
}
