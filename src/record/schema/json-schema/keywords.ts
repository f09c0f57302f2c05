import { isExactObject, listOf, numberOf, stringOf, type ExactJson, type ExactObject } from '../exact-json.ts'
import { InvalidSchema } from '../invalid-schema.ts'

/** Reads keywords of one schema, and says where it is when one has a value that it cannot have. */
export interface Keywords {
  readonly json: ExactObject
  has(keys: readonly string[]): boolean
  text(key: string): string | undefined
  number(key: string): number | undefined
  /** A whole number that is not negative. */
  count(key: string): number | undefined
  flag(key: string): boolean | undefined
  list(key: string): readonly ExactJson[] | undefined
  texts(key: string): readonly string[] | undefined
  /** Name and value of each entry. */
  entries(key: string): readonly (readonly [string, ExactJson])[]
  pick(keys: readonly string[]): ExactObject
}

export function readKeywords(json: ExactObject, path: string): Keywords {
  function wrong(key: string, wanted: string): never {
    const shown = JSON.stringify(json[key]).slice(0, 100)
    throw new InvalidSchema(`${path}/${key} is ${shown}, where it has to be ${wanted}`)
  }

  function read<Value>(
    key: string,
    wanted: string,
    convert: (value: ExactJson) => Value | undefined,
  ): Value | undefined {
    const value = json[key]
    if (value === undefined) return undefined
    const converted = convert(value)
    return converted === undefined ? wrong(key, wanted) : converted
  }

  const isCount = (value: number | undefined): value is number => Number.isInteger(value) && value! >= 0
  const list = (key: string) => read(key, 'a list', listOf)
  return {
    json,
    list,
    has: (keys) => keys.some((key) => key in json),
    text: (key) => read(key, 'a text', stringOf),
    number: (key) => read(key, 'a number', numberOf),
    count: (key) =>
      read(key, 'a whole number of at least 0', (value) => {
        const number = numberOf(value)
        return isCount(number) ? number : undefined
      }),
    flag: (key) => read(key, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined)),
    texts: (key) => {
      const found = list(key)
      if (found && !found.every((each) => typeof each === 'string')) wrong(key, 'a list of texts')
      return found as readonly string[] | undefined
    },
    entries: (key) =>
      Object.entries(read(key, 'an object', (value) => (isExactObject(value) ? value : undefined)) ?? {}),
    pick: (keys) => Object.fromEntries(keys.flatMap((key) => (key in json ? [[key, json[key]!]] : []))),
  }
}
