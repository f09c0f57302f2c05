import { isExactNumber } from '../exact-json.ts'
import { InvalidSchema } from '../invalid-schema.ts'
import type { Keywords } from './keywords.ts'
import { described } from './load-child.ts'
import type { NumberShape, StringShape } from './shape.ts'

export const stringKeys = ['minLength', 'maxLength', 'pattern', 'format']
export const numberKeys = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']

export function loadString(keywords: Keywords): StringShape {
  return {
    kind: 'string',
    minLength: keywords.count('minLength'),
    maxLength: keywords.count('maxLength'),
    pattern: keywords.text('pattern'),
    ...described(keywords.pick(['type', ...stringKeys])),
  }
}

export function loadNumber(keywords: Keywords, isInteger: boolean): NumberShape {
  const { json } = keywords
  const multipleOf = keywords.number('multipleOf') === undefined ? undefined : json['multipleOf']
  if (isExactNumber(multipleOf) && Number(multipleOf.rawJSON) <= 0)
    throw new InvalidSchema(`multipleOf is ${multipleOf.rawJSON}, where it has to be above 0`)
  return {
    kind: 'number',
    isInteger,
    ...limits(keywords),
    multipleOf: isExactNumber(multipleOf) ? multipleOf.rawJSON : undefined,
    ...described(keywords.pick(['type', ...numberKeys])),
  }
}

/** In draft 4 `exclusiveMinimum: true` says of `minimum` that it is excluded. */
function limits(
  keywords: Keywords,
): Pick<NumberShape, 'minimum' | 'maximum' | 'exclusiveMinimum' | 'exclusiveMaximum'> {
  const minimum = keywords.number('minimum')
  const maximum = keywords.number('maximum')
  const isFlag = (key: string): boolean => typeof keywords.json[key] === 'boolean'
  const excludesMinimum = isFlag('exclusiveMinimum') && keywords.flag('exclusiveMinimum') === true
  const excludesMaximum = isFlag('exclusiveMaximum') && keywords.flag('exclusiveMaximum') === true
  return {
    minimum: excludesMinimum ? undefined : minimum,
    maximum: excludesMaximum ? undefined : maximum,
    exclusiveMinimum: isFlag('exclusiveMinimum')
      ? excludesMinimum
        ? minimum
        : undefined
      : keywords.number('exclusiveMinimum'),
    exclusiveMaximum: isFlag('exclusiveMaximum')
      ? excludesMaximum
        ? maximum
        : undefined
      : keywords.number('exclusiveMaximum'),
  }
}
