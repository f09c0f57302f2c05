import { z } from 'zod'
import { decimal, time } from './list.ts'

const ledgerGap = z
  .strictObject({
    kind: z
      .enum(['lost', 'skipped', 'restored'])
      .describe('restored: the log passed over these offsets when it was restored; nobody can count what was there.'),
    from: decimal('The first offset.'),
    to: decimal('The offset after the last.'),
  })
  .meta({ id: 'LedgerGap' })

const ledgerApplied = z
  .strictObject({
    upserts: decimal('Records that became rows, or took the place of one.'),
    deletes: decimal('Records that deleted the row of their key, if there was one.'),
    superseded: decimal('Records of whose key a later one was committed with them.'),
  })
  .meta({ id: 'LedgerApplied' })

const ledgerPartition = z
  .strictObject({
    source: z.string().describe('Id of the topic.'),
    partition: z.int(),
    next: decimal('The offset that is read next.'),
    read: decimal('Records read.'),
    delivered: decimal('Records that are rows.'),
    rejected: decimal('Records that are dead letters.'),
    applied: ledgerApplied.optional().describe('Of a table with a key: what became of the delivered records.'),
    pending: decimal('Records not committed yet.').nullable(),
    lost: decimal('Offsets that were gone before they were read, without those that a restore passed over.'),
    skipped: decimal('Records that were left out on an answer of an operator.'),
    gaps: z
      .array(ledgerGap)
      .readonly()
      .describe('The offsets that lost and skipped count, and those that a restore passed over.'),
  })
  .meta({ id: 'LedgerPartition' })

const ledgerHop = z
  .strictObject({
    delivery: z.string(),
    from: z.string(),
    to: z.string(),
    in: decimal('Records that came in.'),
    delivered: decimal('Records that are rows.'),
    rejected: decimal('Records that are dead letters.'),
    pending: decimal('Records not committed yet.').nullable(),
    holds: z
      .boolean()
      .nullable()
      .describe(
        'Whether in = delivered + rejected + pending, of what the table has; null when the source could not be asked.',
      ),
    isAsCommitted: z
      .boolean()
      .describe('Whether the table is the one that is counted: not after a rollback, until an operator has answered.'),
    lastCommitAt: time('When the last commit was made.').nullable(),
    snapshotId: z.string().nullable(),
    partitions: z.array(ledgerPartition).readonly(),
  })
  .meta({ id: 'LedgerHop' })

export const ledger = z.strictObject({ hops: z.array(ledgerHop).readonly() })

const verifyResult = z
  .strictObject({
    delivery: z.string(),
    verdict: z.enum(['yes', 'no', 'cannot tell']),
    detail: z.string(),
    seconds: z.number(),
  })
  .meta({ id: 'VerifyResult' })

export const verifyJob = z
  .strictObject({
    id: z.string(),
    state: z.enum(['running', 'done', 'failed']),
    progress: z.strictObject({ done: z.number(), total: z.number() }).readonly().nullable(),
    results: z.array(verifyResult).readonly(),
    error: z.strictObject({ code: z.string(), message: z.string() }).readonly().optional(),
  })
  .meta({ id: 'VerifyJob' })
