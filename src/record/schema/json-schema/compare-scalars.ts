import { compareLeast, compareMost } from './compare-limits.ts'
import { containsAll, difference, none, wording, type Comparison, type Differences } from './differences.ts'
import type { ConstShape, EnumShape, NumberShape, StringShape } from './shape.ts'

export function compareStrings(comparison: Comparison, original: StringShape, update: StringShape): Differences {
  return [
    ...compareMost(comparison, 'MAX_LENGTH', 'maxLength', original.maxLength, update.maxLength),
    ...compareLeast(comparison, 'MIN_LENGTH', 'minLength', original.minLength, update.minLength),
    ...comparePatterns(comparison, original.pattern, update.pattern),
  ]
}

function comparePatterns(
  comparison: Comparison,
  original: string | undefined,
  update: string | undefined,
): Differences {
  if (update === undefined || update === original) return none
  return original === undefined
    ? difference(comparison, 'PATTERN_ADDED', 'pattern', wording.added)
    : difference(comparison, 'PATTERN_CHANGED', 'pattern', wording.changed)
}

export function compareNumbers(comparison: Comparison, original: NumberShape, update: NumberShape): Differences {
  const narrowed = !original.isInteger && update.isInteger
  return [
    ...compareMost(comparison, 'MAXIMUM', 'maximum', original.maximum, update.maximum),
    ...compareLeast(comparison, 'MINIMUM', 'minimum', original.minimum, update.minimum),
    ...compareMost(
      comparison,
      'EXCLUSIVE_MAXIMUM',
      'exclusiveMaximum',
      original.exclusiveMaximum,
      update.exclusiveMaximum,
    ),
    ...compareLeast(
      comparison,
      'EXCLUSIVE_MINIMUM',
      'exclusiveMinimum',
      original.exclusiveMinimum,
      update.exclusiveMinimum,
    ),
    ...compareMultiples(comparison, original.multipleOf, update.multipleOf),
    ...(narrowed ? difference(comparison, 'TYPE_NARROWED', '', wording.narrowed) : none),
  ]
}

function compareMultiples(
  comparison: Comparison,
  original: string | undefined,
  update: string | undefined,
): Differences {
  if (update === undefined) return none
  if (original === undefined) return difference(comparison, 'MULTIPLE_OF_ADDED', 'multipleOf', wording.added)
  // What is a multiple of the original is one of the update.
  if (isMultiple(original, update)) return none
  return isMultiple(update, original)
    ? difference(comparison, 'MULTIPLE_OF_EXPANDED', 'multipleOf', wording.increased)
    : difference(comparison, 'MULTIPLE_OF_CHANGED', 'multipleOf', wording.changed)
}

/** Exact: 0.3 is a multiple of 0.1. */
function isMultiple(of: string, unit: string): boolean {
  const [a, b] = [decimal(of), decimal(unit)]
  if (!a || !b) return Number(of) % Number(unit) === 0
  const scale = Math.max(a.scale, b.scale)
  const scaled = ({ digits, scale: own }: { digits: bigint; scale: number }): bigint =>
    digits * 10n ** BigInt(scale - own)
  return scaled(a) % scaled(b) === 0n
}

function decimal(text: string): { readonly digits: bigint; readonly scale: number } | undefined {
  const [, whole, fraction = '', exponent = '0'] =
    /^(\d{1,400})(?:\.(\d{1,400}))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text) ?? []
  if (whole === undefined) return undefined
  const scale = fraction.length - Number(exponent)
  const digits = BigInt(whole + fraction)
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 }
}

export function compareEnums(comparison: Comparison, original: EnumShape, update: EnumShape): Differences {
  if (containsAll(update.values, original.values)) return none
  return containsAll(original.values, update.values)
    ? difference(comparison, 'ENUM_ARRAY_NARROWED', 'enum', wording.narrowed)
    : difference(comparison, 'ENUM_ARRAY_CHANGED', 'enum', wording.changed)
}

export function compareConstants(comparison: Comparison, original: ConstShape, update: ConstShape): Differences {
  return original.value === update.value ? none : difference(comparison, 'ENUM_ARRAY_CHANGED', 'const', wording.changed)
}
