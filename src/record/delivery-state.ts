import { z } from 'zod'

/**
 * The state file of a table: the only truth about what was delivered into it (`docs/spec/delivery.md`). Immutable; a
 * commit writes a new one and names it in the table property `weir.state` and in the summary of its snapshot.
 * Offsets and counts are decimal text: they go beyond 2^53.
 */
const count = z.string().regex(/^\d+$/)
const lostRange = z
  .object({
    from: count,
    to: count,
    /** The log passed over them when it was restored: how many records had been there, nobody knows. */
    restored: z.literal(true).optional(),
  })
  .readonly()

const entry = z.object({
  /** Topic id: a topic made again under the same name is another source. */
  source: z.string(),
  /** The topic's name when this entry was last written: tells that a topic was made again under it. */
  stream: z.string().optional(),
  /** The topic was deleted, and an operator accepted that what it had not delivered is lost. */
  ended: z.boolean().optional(),
  /** Where the topic that has ended did. Absent when nobody knew: then nobody knows either whether it owed anything beyond `next`. */
  end: count.optional(),
  partition: z.int().min(0),
  /** The offset that is read next. */
  next: count,
  read: count,
  delivered: count,
  rejected: count,
  /** Of a table with a key: what became of the delivered records. Together they are `delivered` (docs/spec/keyed-tables.md). */
  applied: z
    .object({
      upserts: count,
      deletes: count,
      /** A later record of the same key was committed with it. */
      superseded: count,
    })
    .readonly()
    .optional(),
  /** What retention, a deletion or a restore took: before the entry was made, or accepted by an operator. In no order. */
  lost: z.array(lostRange).readonly(),
  /** Ranges that an operator chose not to deliver again after a rollback, with how many records were in them. */
  skipped: z.array(z.object({ from: count, to: count, records: count }).readonly()).readonly(),
})

const letterFile = z.object({
  /** Location, relative to the table's. */
  path: z.string(),
  source: z.string(),
  partition: z.int().min(0),
  /** Letters in the file, and those of them that were replayed into the table since, by offset. */
  letters: z.int().min(1),
  replayed: z.array(count).readonly(),
})

export const deliveryState = z.object({
  version: z.literal(1),
  /** Location of the state file before this one, relative to the table's; null for the first. */
  previous: z.string().nullable(),
  entries: z.array(entry).readonly(),
  letterFiles: z.array(letterFile).readonly(),
  /** Of a table with a key: the rows that it had after this commit. */
  rows: count.optional(),
})

export type DeliveryState = z.infer<typeof deliveryState>
export type StateEntry = z.infer<typeof entry>
export type LostRange = z.infer<typeof lostRange>
export type LetterFile = z.infer<typeof letterFile>

/** Table property and snapshot summary key that name the state file, relative to the table's location. */
export const stateProperty = 'weir.state'

/** Columns that Weir adds to each delivered row; names that begin with `_` are Weir's. */
export const sourceColumns = ['_source', '_source_partition', '_offset', '_timestamp'] as const

export const emptyState: DeliveryState = { version: 1, previous: null, entries: [], letterFiles: [] }
