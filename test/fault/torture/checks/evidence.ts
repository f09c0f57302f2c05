import {
  nameOf,
  type Damage,
  type FinalPartition,
  type FoundRecord,
  type History,
  type Outcome,
  type Place,
  type Write,
} from '../history.ts'

export type Rule =
  | 'lost'
  | 'twice'
  | 'out of order'
  | 'never sent'
  | 'offset given twice'
  | 'appeared behind a reader'
  | 'half a transaction'
  | 'aborted, and read'
  | 'offset without its transaction'
  | 'commit went back'
  | 'end went back'
  | 'stable end went back'
  | 'start went back'
  | 'never stable'
  | 'old value of a key'
  | 'copied twice'
  | 'not copied'
  | 'damage spread'
  | 'damage untold'
  | 'trouble without damage'

export interface Violation {
  readonly rule: Rule
  readonly text: string
}

/** What breaks one of its rules. */
export type Check = (evidence: Evidence) => Iterable<Violation>

/** A history and its end, so that checks find things by name. */
export interface Evidence {
  readonly history: History
  readonly outcome: Outcome
  readonly writeOf: (value: string) => Write | undefined
  readonly partition: (place: Place) => FinalPartition
  /** What lies at an offset in the end, for readers of everything. */
  readonly at: (place: Place, offset: number) => FoundRecord | undefined
  /** Where a value lies in the end, for readers of everything. */
  readonly placesOf: (value: string) => readonly (Place & { readonly offset: number })[]
  /** Whether a reader of committed records finds the value in the end. */
  readonly isCommitted: (value: string) => boolean
  /** Retention may have taken what lay there, compaction, or somebody who changed bytes. */
  readonly mayBeGone: (place: Place, offset: number) => boolean
}

/** What has to be there: acknowledged, and not within a transaction that may have been aborted. */
export function isCertain({ acknowledged, transaction }: Write): boolean {
  return acknowledged && (transaction === undefined || transaction.outcome === 'committed')
}

export function isInside({ from, to }: Pick<Damage, 'from' | 'to'>, offset: number): boolean {
  return offset >= from && offset < to
}

export function gatherEvidence(history: History, outcome: Outcome): Evidence {
  const writes = new Map(history.writes.map((write) => [write.value, write]))
  const partitions = new Map(outcome.partitions.map((one) => [nameOf(one), one]))
  const records = new Map(
    outcome.partitions.map((one) => [nameOf(one), new Map(one.all.map((record) => [record.offset, record]))]),
  )
  const found = outcome.partitions.flatMap(({ topic, partition, all }) =>
    all.map(({ value, offset }) => ({ value, topic, partition, offset })),
  )
  const places = Map.groupBy(found, ({ value }) => value)
  const committed = new Set(outcome.partitions.flatMap((one) => one.committed.map(({ value }) => value)))
  const damages = Map.groupBy(history.damages, nameOf)
  const partition = (place: Place): FinalPartition => {
    const one = partitions.get(nameOf(place))
    if (!one) throw new Error(`nobody looked at ${nameOf(place)} in the end`)
    return one
  }
  return {
    history,
    outcome,
    writeOf: (value) => writes.get(value),
    partition,
    at: (place, offset) => records.get(nameOf(place))?.get(offset),
    placesOf: (value) => places.get(value) ?? [],
    isCommitted: (value) => committed.has(value),
    mayBeGone: (place, offset) =>
      history.compacted.has(place.topic) ||
      (history.rolling.has(place.topic) && offset < partition(place).start) ||
      isDamaged(damages.get(nameOf(place)) ?? [], partition(place), offset),
  }
}

/** The batch that was changed is gone; of its segment, what is refused by name. */
function isDamaged(damages: readonly Damage[], { refused, spoiled }: FinalPartition, offset: number): boolean {
  const isRefused = damages.length > 0 && (refused.includes(offset) || spoiled.includes(offset))
  return damages.some(
    (damage) =>
      isInside(damage, offset) || (isRefused && isInside({ from: damage.segmentFrom, to: damage.segmentTo }, offset)),
  )
}
