import { nameOf, type FoundRecord, type Place, type Write } from '../history.ts'
import { isCertain, type Evidence, type Violation } from './evidence.ts'

/** INV-L1, INV-X5: what was acknowledged is there, where it was said to be. */
export function* checkAcknowledged(evidence: Evidence): Generator<Violation> {
  for (const write of evidence.history.writes.filter(isCertain)) {
    const text = write.offset === undefined ? missing(evidence, write) : misplaced(evidence, write, write.offset)
    if (text !== undefined) yield { rule: 'lost', text }
  }
}

function misplaced({ mayBeGone, at }: Evidence, write: Write, offset: number): string | undefined {
  const there = at(write, offset)
  if (there?.value === write.value || (there === undefined && mayBeGone(write, offset))) return undefined
  return `${write.value} was acknowledged at ${nameOf(write)} ${offset}, where there is ${there?.value ?? 'nothing'}`
}

/** An answer may leave the place open: that of a batch which was sent again does. */
function missing({ history, placesOf }: Evidence, write: Write): string | undefined {
  const mayBeGone = history.rolling.has(write.topic) || history.compacted.has(write.topic)
  if (mayBeGone || placesOf(write.value).length > 0) return undefined
  return `${write.value} was acknowledged in ${nameOf(write)}, and is nowhere`
}

/** INV-X7: each value is there once, and only where it was sent to. */
export function* checkOnce({ history, outcome, writeOf, placesOf }: Evidence): Generator<Violation> {
  const copied = new Set(history.copies.map(({ to }) => to))
  for (const { topic, partition, all } of outcome.partitions.filter((one) => !copied.has(one.topic)))
    for (const { value, offset } of all) {
      const write = writeOf(value)
      if (write?.topic !== topic || write.partition !== partition)
        yield { rule: 'never sent', text: `${value} at ${topic}-${partition} ${offset} was never sent there` }
      const places = placesOf(value)
      if (places.length > 1 && places[0]!.offset === offset)
        yield {
          rule: 'twice',
          text: `${value} is at ${places.map((one) => `${nameOf(one)} ${one.offset}`).join(', ')}`,
        }
    }
}

/** What one producer wrote to one partition lies there in the order of writing. */
export function* checkOrder({ history, outcome }: Evidence): Generator<Violation> {
  const written = Map.groupBy(history.writes.entries(), ([, write]) => nameOf(write))
  for (const one of outcome.partitions) {
    const numbers = new Map(
      written.get(nameOf(one))?.map(([number, { value, producer }]) => [value, { number, producer }]),
    )
    const last = new Map<string, number>()
    for (const { value, offset } of one.all) {
      const write = numbers.get(value)
      if (!write) continue
      if (write.number < (last.get(write.producer) ?? -1))
        yield {
          rule: 'out of order',
          text: `${value} at ${nameOf(one)} ${offset} was written before what lies before it`,
        }
      last.set(write.producer, write.number)
    }
  }
}

/** INV-L4, INV-L2: whoever read an offset, or was told of one, finds the same there in the end. */
export function* checkOffsets({ history, at, mayBeGone }: Evidence): Generator<Violation> {
  function* compare(place: Place, { offset, value }: FoundRecord, how: string): Generator<Violation> {
    const there = at(place, offset)
    if (there && there.value !== value)
      yield {
        rule: 'offset given twice',
        text: `${nameOf(place)} ${offset} was ${how} as ${value}, and is ${there.value}`,
      }
    if (!there && !mayBeGone(place, offset))
      yield { rule: 'lost', text: `${value} was ${how} at ${nameOf(place)} ${offset}, and is gone` }
  }
  for (const read of history.reads) for (const record of read.records) yield* compare(read, record, 'read')
  for (const write of history.writes)
    // A transaction that was aborted lies there until it is compacted, and so do those that were never ended.
    if (write.acknowledged && write.offset !== undefined && !isCertain(write))
      yield* compare(write, { offset: write.offset, value: write.value }, 'acknowledged')
}

/** INV-X4: nothing comes in front of what somebody has read up to. */
export function* checkNoneAppears({ history, partition }: Evidence): Generator<Violation> {
  for (const { topic, partition: number, isCommitted, from, to, records } of history.reads) {
    const one = partition({ topic, partition: number })
    const seen = new Set(records.map(({ offset }) => offset))
    for (const { offset, value } of between(isCommitted ? one.committed : one.all, from, to))
      if (!seen.has(offset))
        yield {
          rule: 'appeared behind a reader',
          text: `${value} is at ${nameOf(one)} ${offset}, and was not when it was read from ${from} up to ${to}`,
        }
  }
}

/** By bisection: there are as many reads as records. */
function* between(records: readonly FoundRecord[], from: number, to: number): Generator<FoundRecord> {
  let [low, high] = [0, records.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (records[middle]!.offset < from) low = middle + 1
    else high = middle
  }
  for (let at = low; at < records.length && records[at]!.offset < to; at++) yield records[at]!
}
