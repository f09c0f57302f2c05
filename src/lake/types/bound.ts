import { singleValue, valueOfText } from './single-value.ts'
import { primitiveOf } from '../../record/schema/primitive.ts'

/** Bounds of text and bytes keep this many characters (or bytes): long ones would swell the manifests. */
const truncatedLength = 16

/** The lower bound of a column whose least value DuckDB prints as `text`; undefined when it has none to give. */
export function lowerBound(type: string, text: string): Buffer | undefined {
  const name = primitiveOf(type).name
  if (isEndless(name, text)) return undefined
  const value = valueOfText(type, text)
  if (Number.isNaN(value)) return undefined
  // A file may hold -0.0 and 0.0, and Iceberg orders them: the bound must lie outside both.
  if (value === 0 && (name === 'double' || name === 'float')) return singleValue(type, -0)
  if (name === 'string')
    return singleValue(
      type,
      Array.from(value as string)
        .slice(0, truncatedLength)
        .join(''),
    )
  if (name === 'binary') return (value as Buffer).subarray(0, truncatedLength)
  return singleValue(type, value)
}

/** The upper bound; a truncated one is raised, so that it stays above; undefined when it cannot be raised. */
export function upperBound(type: string, text: string): Buffer | undefined {
  const name = primitiveOf(type).name
  if (isEndless(name, text)) return undefined
  const value = valueOfText(type, text)
  if (Number.isNaN(value)) return undefined
  if (value === 0 && (name === 'double' || name === 'float')) return singleValue(type, 0)
  if (name === 'string') return upperText(Array.from(value as string))
  if (name === 'binary') return upperBytes(value as Buffer)
  return singleValue(type, value)
}

/** DuckDB's infinite dates and times are no values of Iceberg; a bound that is left out bounds nothing. */
function isEndless(name: string, text: string): boolean {
  return text.endsWith('infinity') && (name === 'date' || name.startsWith('timestamp'))
}

function upperText(characters: readonly string[]): Buffer | undefined {
  if (characters.length <= truncatedLength) return Buffer.from(characters.join(''))
  for (let at = truncatedLength - 1; at >= 0; at--) {
    const raised = nextCodePoint(characters[at]!.codePointAt(0)!)
    if (raised !== undefined) return Buffer.from(characters.slice(0, at).join('') + String.fromCodePoint(raised))
  }
  return undefined
}

/** Surrogates are no characters; UTF-8 order is that of code points. */
function nextCodePoint(point: number): number | undefined {
  if (point === 0x10_ffff) return undefined
  return point + 1 === 0xd800 ? 0xe000 : point + 1
}

function upperBytes(bytes: Buffer): Buffer | undefined {
  if (bytes.length <= truncatedLength) return bytes
  const kept = Buffer.from(bytes.subarray(0, truncatedLength))
  for (let at = kept.length - 1; at >= 0; at--) {
    if (kept[at]! === 0xff) continue
    kept[at]!++
    return kept.subarray(0, at + 1)
  }
  return undefined
}
