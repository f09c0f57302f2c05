import { BatchBuilder } from '../../protocol/records/batch-builder.ts'
import { readBatchHeader } from '../../protocol/records/batch-header.ts'
import { batchesIn, openRecords } from '../../protocol/records/record-cursor.ts'
import { openPartitionLog } from '../storage/partition-log.ts'
import type { StorageServices } from '../storage/partition-state.ts'

export interface CommittedOffset {
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string | null
}

/** What groups committed; durable when a call resolves. */
export interface CommittedOffsets {
  groups(): readonly string[]
  get(group: string, topic: string, partition: number): CommittedOffset | undefined
  of(
    group: string,
  ): readonly { readonly topic: string; readonly partition: number; readonly committed: CommittedOffset }[]
  commit(
    group: string,
    entries: readonly { topic: string; partition: number; committed: CommittedOffset }[],
  ): Promise<void>
  deleteGroup(group: string): Promise<void>
  deleteTopic(topic: string): Promise<void>
  close(): Promise<void>
}

type Entry = readonly [
  group: string,
  topic: string,
  partition: number,
  offset: number | null,
  leaderEpoch: number,
  metadata: string | null,
]

const segmentBytes = 64 * 1024 * 1024
const compactAboveBytes = 16 * 1024 * 1024
const chunkBytes = 4 * 1024 * 1024

/**
 * A log of its own, of batches like any other: a commit is a batch of JSON entries, a null offset takes one away. When it has
 * grown, the whole state is appended after a new segment began, and what lies before is removed.
 */
export async function openCommittedOffsets(folder: string, services: StorageServices): Promise<CommittedOffsets> {
  const log = await openPartitionLog(
    folder,
    'group offsets',
    { recoveryPoint: 0, startOffset: 0 },
    services,
    () => segmentBytes,
  )
  const state = new Map<string, Map<string, CommittedOffset>>()
  let compacting: Promise<void> | undefined
  const running = new Set<Promise<unknown>>()
  await replay()

  function apply([group, topic, partition, offset, leaderEpoch, metadata]: Entry): void {
    const key = `${partition}/${topic}`
    if (offset === null) {
      state.get(group)?.delete(key)
      if (state.get(group)?.size === 0) state.delete(group)
      return
    }
    let entries = state.get(group)
    if (!entries) state.set(group, (entries = new Map()))
    entries.set(key, { offset, leaderEpoch, metadata })
  }

  async function replay(): Promise<void> {
    for (let at = log.startOffset; at < log.endOffset;) {
      const buffer = await log.read(at, chunkBytes, true)
      for (const batch of batchesIn(buffer)) {
        const records = openRecords(buffer, batch.at, batch.header)
        while (records.next())
          apply(JSON.parse(records.buffer.toString('utf8', records.valueStart, records.valueEnd)) as Entry)
        at = batch.header.baseOffset + batch.header.lastOffsetDelta + 1
      }
    }
  }

  async function append(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return
    const builder = new BatchBuilder(1_000_000_000)
    for (const entry of entries) builder.append(Buffer.from(JSON.stringify(entry)), null, services.clock.now())
    const bytes = builder.finish()
    // A commit between the copy of the state and its batch would be undone by the batch at the next start.
    while (compacting) await compacting.catch(() => undefined)
    const written = log.append({ bytes, header: readBatchHeader(bytes)! })
    running.add(written)
    await written.finally(() => running.delete(written))
    for (const entry of entries) apply(entry)
    if (log.bytes > compactAboveBytes) compacting ??= compact().finally(() => (compacting = undefined))
  }

  async function compact(): Promise<void> {
    await Promise.allSettled(running)
    await log.roll()
    const start = log.endOffset
    const live = list()
    const builder = new BatchBuilder(1_000_000_000)
    for (const entry of live) builder.append(Buffer.from(JSON.stringify(entry)), null, services.clock.now())
    if (live.length > 0) {
      const bytes = builder.finish()
      await log.append({ bytes, header: readBatchHeader(bytes)! })
    }
    log.moveStart(start)
    await log.removeOutdated()
  }

  function list(): Entry[] {
    return [...state].flatMap(([group, entries]) =>
      [...entries].map(([key, { offset, leaderEpoch, metadata }]): Entry => {
        const { topic, partition } = partsOf(key)
        return [group, topic, partition, offset, leaderEpoch, metadata]
      }),
    )
  }

  function gone(keep: (entry: Entry) => boolean): Entry[] {
    return list()
      .filter((entry) => !keep(entry))
      .map(([group, topic, partition]) => [group, topic, partition, null, -1, null])
  }

  return {
    groups: () => [...state.keys()],
    get: (group, topic, partition) => state.get(group)?.get(`${partition}/${topic}`),
    of: (group) => [...(state.get(group) ?? [])].map(([key, committed]) => ({ ...partsOf(key), committed })),
    commit: (group, entries) =>
      append(
        entries.map(({ topic, partition, committed }) => [
          group,
          topic,
          partition,
          committed.offset,
          committed.leaderEpoch,
          committed.metadata,
        ]),
      ),
    deleteGroup: (group) => append(gone(([name]) => name !== group)),
    deleteTopic: (topic) => append(gone(([, name]) => name !== topic)),
    async close() {
      await compacting?.catch(() => undefined)
      await log.close()
    },
  }
}

function partsOf(key: string): { topic: string; partition: number } {
  const cut = key.indexOf('/')
  return { topic: key.slice(cut + 1), partition: Number(key.slice(0, cut)) }
}
