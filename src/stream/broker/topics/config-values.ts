/** The protocol's numbers of configuration types. */
export const configType = { boolean: 1, string: 2, int: 3, short: 4, long: 5, double: 6, list: 7 } as const

/** What a configuration may be set to. */
export interface ConfigValues {
  readonly type: keyof typeof configType
  /** What is taken instead, for a value that is not; undefined for one that is. */
  refuse(value: string): string | undefined
}

const intMax = 2 ** 31 - 1
/** Kafka's "never" and "no limit"; numbers are exact to 2^53, which is as far as anything here counts. */
export const longMax = '9223372036854775807'

export function int(min: number, max = intMax): ConfigValues {
  return number('int', min, max)
}

export function long(min: number): ConfigValues {
  return number('long', min, Number(longMax))
}

export function ratio(): ConfigValues {
  const isRatio = (value: string): boolean => /^\d*\.?\d+([eE]-?\d+)?$/.test(value) && Number(value) <= 1
  return { type: 'double', refuse: (value) => (isRatio(value) ? undefined : 'a number from 0 to 1') }
}

export function boolean(): ConfigValues {
  return { type: 'boolean', refuse: (value) => (['true', 'false'].includes(value) ? undefined : 'true or false') }
}

export function oneOf(values: readonly string[]): ConfigValues {
  return { type: 'string', refuse: (value) => (values.includes(value) ? undefined : values.join(' | ')) }
}

/** One or more of these, with commas between. */
export function listOf(values: readonly string[]): ConfigValues {
  const isList = (value: string): boolean =>
    itemsOf(value).length > 0 && itemsOf(value).every((one) => values.includes(one))
  return { type: 'list', refuse: (value) => (isList(value) ? undefined : `a list of ${values.join(', ')}`) }
}

/** What Kafka has and this log does not: any other value would promise it. */
export function only(type: ConfigValues['type'], value: string, why: string): ConfigValues {
  return { type, refuse: (given) => (given === value ? undefined : `"${value}", because ${why}`) }
}

export function itemsOf(list: string): string[] {
  return list
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
}

function number(type: 'int' | 'long', min: number, max: number): ConfigValues {
  const isNumber = (value: string): boolean =>
    /^-?\d{1,19}$/.test(value) && Number(value) >= min && Number(value) <= max
  const range = max === intMax || max === Number(longMax) ? `of at least ${min}` : `from ${min} to ${max}`
  return { type, refuse: (value) => (isNumber(value) ? undefined : `a whole number ${range}`) }
}
