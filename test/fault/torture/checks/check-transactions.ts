import { nameOf, type GroupOffset, type Place, type Transaction, type Write } from '../history.ts'
import type { Evidence, Violation } from './evidence.ts'

/** INV-X1, INV-X2, INV-X5: committed transactions are there as a whole, others not at all. */
export function* checkWhole(evidence: Evidence): Generator<Violation> {
  for (const [transaction, writes] of writesByTransaction(evidence)) {
    const { number, outcome, asked } = transaction
    const present = writes.filter(({ value }) => evidence.isCommitted(value)).length
    const text = `transaction ${number}, ${outcome}, asked for ${asked}: ${present} of ${writes.length} values are there`
    if (present > 0 && (outcome === 'aborted' || asked !== 'commit')) yield { rule: 'aborted, and read', text }
    else if (outcome === 'committed' ? present < writes.length : present > 0 && present < writes.length)
      yield { rule: 'half a transaction', text }
  }
}

/** INV-X2, at any time before the end. */
export function* checkCommittedReads({ history, writeOf, isCommitted }: Evidence): Generator<Violation> {
  const copied = new Set(history.copies.map(({ to }) => to))
  const ofTransactions = ({ topic }: Place, value: string): boolean =>
    copied.has(topic) || (writeOf(value)?.transaction !== undefined && !history.compacted.has(topic))
  for (const read of history.reads.filter((one) => one.isCommitted))
    for (const { value, offset } of read.records)
      if (ofTransactions(read, value) && !isCommitted(value))
        yield { rule: 'aborted, and read', text: `${value} was read as committed at ${nameOf(read)} ${offset}` }
}

/** INV-X1, INV-X5: the offset of the last committed transaction of a place is the group's, and no other. */
export function* checkTransactionOffsets(evidence: Evidence): Generator<Violation> {
  const groups = new Map(evidence.outcome.groupOffsets.map((one) => [placeIn(one), one.offset]))
  const expected = new Map<string, { readonly offset: number; readonly number: number }>()
  for (const [{ number, offset }, writes] of writesByTransaction(evidence)) {
    if (!offset || !writes.every(({ value }) => evidence.isCommitted(value))) continue
    if (offset.offset > (expected.get(placeIn(offset))?.offset ?? -1))
      expected.set(placeIn(offset), { offset: offset.offset, number })
  }
  const places = new Set(evidence.history.transactions.flatMap(({ offset }) => (offset ? [placeIn(offset)] : [])))
  for (const place of places) {
    const { offset, number } = expected.get(place) ?? { offset: -1, number: -1 }
    const found = groups.get(place) ?? -1
    if (found !== offset)
      yield {
        rule: 'offset without its transaction',
        text: `${place} stands at ${found}; the last transaction that is there is ${number}, with ${offset}`,
      }
  }
}

/** Without those to compacted topics, which may be gone. */
function writesByTransaction({ history }: Evidence): ReadonlyMap<Transaction, readonly Write[]> {
  const kept = history.writes.filter(({ transaction, topic }) => transaction && !history.compacted.has(topic))
  return Map.groupBy(kept, ({ transaction }) => transaction!)
}

export function placeIn({ group, ...place }: GroupOffset): string {
  return `${group} in ${nameOf(place)}`
}
