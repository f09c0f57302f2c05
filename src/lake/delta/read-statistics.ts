import { WeirError } from '../../kernel/errors/weir-error.ts'
import { primitiveOf } from '../../record/schema/primitive.ts'
import { lowerBound, upperBound } from '../types/bound.ts'
import { microsOfTimestamp } from '../types/calendar.ts'
import type { Field } from '../types/type.ts'
import { valueText } from '../types/value-text.ts'
import type { AddFile } from './delta-action.ts'

/** Numbers are their text: digits that a double has not are kept. */
type Nested = Readonly<Record<string, unknown>>

interface Statistics {
  readonly numRecords?: string
  readonly nullCount?: Nested
  readonly minValues?: Nested
  readonly maxValues?: Nested
}

export interface FileBounds {
  readonly recordCount: number | undefined
  /** By field id. */
  readonly nullCounts: Map<number, number>
  readonly lowerBounds: Map<number, Buffer>
  readonly upperBounds: Map<number, Buffer>
}

/** Rows and bounds of a file as another engine's commit tells them. `WEIR-4025` where it does not tell how many rows there are. */
export function statisticsOf(add: AddFile, fields: readonly Field[]): FileBounds & { readonly recordCount: number } {
  const { recordCount, ...bounds } = boundsOf(add, fields)
  if (recordCount !== undefined) return { recordCount, ...bounds }
  throw new WeirError('WEIR-4025', `${add.path} comes without a number of rows; write it with statistics (numRecords)`)
}

/** As far as they are told. */
export function boundsOf({ stats }: Pick<AddFile, 'stats'>, fields: readonly Field[]): FileBounds {
  const { numRecords, nullCount = {}, minValues = {}, maxValues = {} } = parsed(stats ?? '{}')
  const nullCounts = new Map<number, number>()
  const lowerBounds = new Map<number, Buffer>()
  const upperBounds = new Map<number, Buffer>()
  visit(fields, [nullCount, minValues, maxValues], ({ id, type }, [nulls, min, max]) => {
    if (typeof nulls === 'string') nullCounts.set(id, Number(nulls))
    if (!bounded.has(primitiveOf(type).name)) return
    if ([min, max].some((bound) => isRounded(type, bound))) return
    if (typeof min === 'string') setBound(lowerBounds, id, () => lowerBound(type, boundText(type, min)))
    if (typeof max === 'string') setBound(upperBounds, id, () => upperBound(type, boundText(type, max, 1000n)))
  })
  return {
    recordCount: numRecords === undefined ? undefined : Number(numRecords),
    nullCounts,
    lowerBounds,
    upperBounds,
  }
}

function parsed(stats: string): Statistics {
  return JSON.parse(stats, ((_key: string, value: unknown, context: { source?: string }) =>
    typeof value === 'number' ? context.source : value) as (key: string, value: unknown) => unknown) as Statistics
}

interface Leaf {
  readonly id: number
  readonly type: string
}

function visit(
  fields: readonly Field[],
  nested: readonly [unknown, unknown, unknown],
  take: (leaf: Leaf, values: readonly [unknown, unknown, unknown]) => void,
): void {
  for (const { id, name, type } of fields) {
    const [nulls, min, max] = nested.map((one) => (one as Nested | undefined | null)?.[name])
    if (typeof type === 'string') take({ id, type }, [nulls, min, max])
    else if (type.type === 'struct') visit(type.fields, [nulls, min, max], take)
  }
}

/** Times of statistics are cut to milliseconds: what lies within them may be `added` later. */
function boundText(type: string, text: string, added = 0n): string {
  if (!/^timestamp/.test(type)) return text
  const micros = microsOfTimestamp(text.replace(/Z$/, '+00')) + added
  return valueText('timestamp', micros).replace('T', ' ')
}

const bounded = new Set(['int', 'long', 'float', 'double', 'decimal', 'string', 'date', 'timestamp', 'timestamptz'])

/** delta-rs has decimals as numbers of 64 bits on their way into statistics: what has more digits than those keep may not be what it was. */
function isRounded(type: string, bound: unknown): boolean {
  return type.startsWith('decimal') && typeof bound === 'string' && bound.replaceAll(/[^\d]/g, '').length > 15
}

/** A bound that cannot be read bounds nothing. */
function setBound(bounds: Map<number, Buffer>, id: number, bound: () => Buffer | undefined): void {
  try {
    const bytes = bound()
    if (bytes !== undefined) bounds.set(id, bytes)
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof SyntaxError)) throw error
  }
}
