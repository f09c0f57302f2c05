import type { TypeReason } from '../finding.ts'
import { decimalDigits, textFits } from './text-fits.ts'

/** Decides the type of one column by its values, one after the other. */
export interface ColumnSample {
  /** null has every type. `row` counts from 1. */
  add(value: string | null, row: number): void
  /** null when there was no value. */
  type(): string | null
  /** The value that left no narrower type; undefined where the first candidate held. */
  reason(): Omit<TypeReason, 'column'> | undefined
}

/** Narrow ones first: the first that takes all values is the type. `decimal` stands for the one that has room for all digits. */
const candidates = ['boolean', 'long', 'double', 'decimal', 'date', 'timestamp', 'timestamptz'] as const

const digitsMax = 38
const shownMax = 60

/** `among`: what the column can be; text that is in quotes in JSON is nothing but text, for instance. */
export function columnSample(among: readonly string[] = candidates): ColumnSample {
  let live: readonly string[] = among
  let values = 0
  let whole = 0
  let scale = 0
  let refused: Omit<TypeReason, 'column'> | undefined

  const takes = (value: string, type: string): boolean => {
    if (type !== 'decimal') return textFits(value, type)
    const digits = decimalDigits(value)
    if (!digits) return false
    whole = Math.max(whole, digits.whole)
    scale = Math.max(scale, digits.scale)
    return whole + scale <= digitsMax
  }
  return {
    add(value, row) {
      if (value === null) return
      values++
      if (live.length === 0) return
      const left = live.filter((type) => takes(value, type))
      // What the first value is not, nobody would have thought it to be.
      if (left.length < live.length && values > 1) refused = { row, value: shown(value) }
      live = left
    },
    type() {
      if (values === 0) return null
      const [first] = live
      return first === 'decimal' ? `decimal(${digitsMax},${scale})` : (first ?? 'string')
    },
    reason: () => refused,
  }
}

export function shown(value: string): string {
  return value.length > shownMax ? `${value.slice(0, shownMax)}…` : value
}
