import type { StateEntry } from '../../record/delivery-state.ts'
import type { LogAnswer } from './look-into-log.ts'
import { printRanges, type OffsetRange } from './offset-ranges.ts'
import type { RowFigures } from './row-figures.ts'
import type { PartitionVerification } from './verification.ts'

/** All that was found about one partition; the verdict is made from it alone. */
export interface Evidence {
  /** Undefined when the table has no row of it. */
  readonly figures: RowFigures | undefined
  readonly letters: { readonly offsets: ReadonlySet<string>; readonly trouble: readonly string[] }
  readonly duplicates: readonly string[]
  readonly lettersThatAreRows: readonly string[]
  /** Neither rows, letters, lost nor skipped. */
  readonly holes: readonly OffsetRange[]
  readonly log: LogAnswer
  readonly removals: 'none' | 'some' | 'unknown'
}

export function judgePartition(entry: StateEntry, evidence: Evidence): PartitionVerification {
  const { source, partition } = entry
  const rows = evidence.figures?.rows ?? 0n
  const letters = BigInt(evidence.letters.offsets.size)
  const broken = violations(entry, evidence, rows, letters)
  const open = broken.length > 0 ? [] : [...doubts(entry, evidence, rows), ...doubtsOfEnd(entry)]
  return {
    source,
    partition,
    rows: String(rows),
    letters: String(letters),
    verdict: broken.length > 0 ? 'violated' : open.length > 0 ? 'cannot tell' : 'proven',
    findings: [...broken, ...open],
  }
}

function violations(entry: StateEntry, evidence: Evidence, rows: bigint, letters: bigint): readonly string[] {
  const { partition, next, read, delivered, rejected } = entry
  const { figures, duplicates, lettersThatAreRows, log, removals } = evidence
  const where = `partition ${partition}`
  const found = [...evidence.letters.trouble]
  if (duplicates.length > 0) found.push(`${where} has rows twice: offsets ${duplicates.join(', ')}`)
  if (figures && (figures.first < 0n || figures.last >= BigInt(next)))
    found.push(`${where} has rows up to offset ${figures.last}, but its state has reached only ${next}`)
  if (lettersThatAreRows.length > 0)
    found.push(
      `${where} has dead letters in force that are rows: offsets ${lettersThatAreRows.slice(0, 10).join(', ')}`,
    )
  if (BigInt(read) !== BigInt(delivered) + BigInt(rejected))
    found.push(`${where}: ${read} read are not ${delivered} delivered and ${rejected} rejected`)
  if (letters !== BigInt(rejected)) found.push(`${where} has ${letters} dead letters, its state says ${rejected}`)
  const expected = expectedRows(entry)
  if (rows > expected) found.push(`${where} has ${rows} rows, its state says ${expected}`)
  // Others may have removed as many as are missing, and no more.
  const removed = removals === 'none' ? 0n : expected - rows
  if (log.records.length > 0 && BigInt(log.records.length) > removed)
    found.push(`${where} lacks records that the stream has: offsets ${log.records.join(', ')}`)
  if (removals === 'none' && rows < expected)
    found.push(
      `${where} has ${rows} rows, its state says ${expected}${evidence.holes.length > 0 ? `; no row has offsets ${printRanges(evidence.holes)}` : ''}`,
    )
  return found
}

function doubts(entry: StateEntry, { holes, log, removals }: Evidence, rows: bigint): readonly string[] {
  const where = `partition ${entry.partition}`
  const missing = expectedRows(entry) - rows
  if (missing > 0n) {
    const why =
      removals === 'some'
        ? 'others have removed rows from the table'
        : 'snapshots have expired that may have removed rows'
    return [`${where} has ${missing} rows less than delivered, and ${why}: offsets ${printRanges(holes)}`]
  }
  if (log.unknown.length === 0) return []
  return [
    `${where}: no row has offsets ${printRanges(log.unknown)}, and the stream cannot say what was there; the counts agree`,
  ]
}

/** An accepted loss without a range: of what it covers there is no trace to count (rule 7). */
function doubtsOfEnd({ partition, next, ended, end }: StateEntry): readonly string[] {
  if (!ended || end !== undefined) return []
  return [
    `partition ${partition}: its topic was deleted, and nobody knows where it ended; what it had from offset ${next} on is gone, if it had anything there`,
  ]
}

function expectedRows({ delivered, skipped }: StateEntry): bigint {
  return skipped.reduce((left, { records }) => left - BigInt(records), BigInt(delivered))
}
