import { identifier } from '../../lake/types/duckdb-type.ts'
import type { RecordField } from '../../record/json/record-schema.ts'

/**
 * Keys are found by 128 bits of SHA-256 of their text: of one length whatever the key, evenly spread, and nobody can make two that
 * are the same. Two UBIGINTs, the higher half first. Names that no column has: `_` is Weir's.
 */
export const digestNames = ['_digest_high', '_digest_low'] as const

export function digestItems(key: readonly RecordField[]): string {
  const hash = `sha256(${keyText(key)})`
  return digestNames
    .map((name, half) => `CAST('0x' || substr(${hash}, ${1 + 16 * half}, 16) AS UBIGINT) AS ${name}`)
    .join(', ')
}

/** One text for one key: several columns have their lengths before them. A column that was widened keeps its text. */
function keyText(key: readonly RecordField[]): string {
  const texts = key.map(textOf)
  return texts.length === 1 ? texts[0]! : texts.map((text) => `strlen(${text}) || ':' || ${text}`).join(' || ')
}

function textOf({ name, type }: RecordField): string {
  const column = identifier(name)
  const kind = type as string
  if (kind === 'string') return column
  if (/^(binary|fixed)/.test(kind)) return `hex(${column})`
  if (/^timestamp/.test(kind)) return `CAST(epoch_us(${column}) AS VARCHAR)`
  return `CAST(${column} AS VARCHAR)`
}
