import type { Files, OpenFile } from '../../../kernel/files/files.ts'
import { unwritten, type PartitionCheckpoint } from '../storage/partition-checkpoint.ts'
import { checksumOf, readJsonIfWhole, writeJson } from '../storage/small-file.ts'

/** What is written down about all partitions, by `topic id/partition`. */
export interface Checkpoints {
  /** How `checkpoints.json` was found. */
  readonly found: 'whole' | 'damaged' | 'missing'
  has(key: string): boolean
  /** Zeros for one that was never written down. */
  of(key: string): PartitionCheckpoint
  /** Durable when it resolves. Calls are taken one after the other; null for a partition that is gone. */
  save(changes: ReadonlyMap<string, PartitionCheckpoint | null>): Promise<void>
  close(): Promise<void>
}

interface Snapshot {
  /** Changes up to this number are in it. */
  readonly number: number
  readonly partitions: Readonly<Record<string, PartitionCheckpoint>>
}

/** The file of changes is begun anew when it is larger than this and than the state that it changes. */
const changesBytesMin = 262_144

/**
 * `checkpoints.json` holds all partitions, `checkpoints.changes` what changed since, a line for each save: little is written
 * when little changed, however many partitions there are. Without them recovery reads more, knows damage in the last write of
 * a file from a torn tail no more, and partitions start where their first file does.
 */
export async function openCheckpoints(files: Files, directory: string): Promise<Checkpoints> {
  const snapshotPath = `${directory}/checkpoints.json`
  const changesPath = `${directory}/checkpoints.changes`
  const { found, snapshot } = await readSnapshot(files, snapshotPath)
  const known = new Map(Object.entries(snapshot.partitions))
  let { number } = snapshot
  let snapshotBytes = 0
  let changes: { readonly file: OpenFile; bytes: number } | undefined
  let last: Promise<void> = Promise.resolve()
  for (const line of await readChanges(files, changesPath)) {
    if (line.number <= number) continue
    apply(line.changes)
    number = line.number
  }

  function apply(entries: Iterable<readonly [string, PartitionCheckpoint | null]>): void {
    for (const [key, checkpoint] of entries)
      if (checkpoint) known.set(key, checkpoint)
      else known.delete(key)
  }

  async function saveChanges(entries: readonly (readonly [string, PartitionCheckpoint | null])[]): Promise<void> {
    apply(entries)
    number++
    const line = lineOf({ number, changes: entries })
    if (!changes || changes.bytes + line.length > Math.max(changesBytesMin, snapshotBytes)) return saveAll()
    const { file, bytes } = changes
    try {
      await file.write([line], bytes)
      await file.sync()
      changes.bytes += line.length
    } catch (error) {
      // What lies in the file now is not known: the next save writes all of it elsewhere.
      await leaveChanges()
      throw error
    }
  }

  async function saveAll(): Promise<void> {
    const all: Snapshot = { number, partitions: Object.fromEntries(known) }
    await writeJson(files, snapshotPath, all)
    snapshotBytes = (await files.size(snapshotPath)) ?? 0
    await leaveChanges()
    if ((await files.size(changesPath)) !== undefined) await files.remove(changesPath)
    changes = { file: await files.open(changesPath, 'write'), bytes: 0 }
    await files.syncDirectory(directory)
  }

  async function leaveChanges(): Promise<void> {
    const left = changes
    changes = undefined
    await left?.file.close().catch(() => undefined)
  }

  // Also of a new log: from now on a file that is not there was removed.
  if (found !== 'whole') await saveAll()

  return {
    found,
    has: (key) => known.has(key),
    of: (key) => known.get(key) ?? unwritten,
    save(entries) {
      if (entries.size === 0) return last
      const taken = [...entries]
      const next = last.catch(() => undefined).then(() => saveChanges(taken))
      last = next
      return next
    },
    async close() {
      await last.catch(() => undefined)
      await leaveChanges()
    },
  }
}

interface ChangeLine {
  readonly number: number
  readonly changes: readonly (readonly [string, PartitionCheckpoint | null])[]
}

async function readSnapshot(
  files: Files,
  path: string,
): Promise<{ readonly found: Checkpoints['found']; readonly snapshot: Snapshot }> {
  const stored = await readJsonIfWhole<Partial<Snapshot>>(files, path)
  if (!stored) {
    const isThere = (await files.size(path)) !== undefined
    return { found: isThere ? 'damaged' : 'missing', snapshot: { number: 0, partitions: {} } }
  }
  const { number = 0, partitions } = stored
  // Without numbers, as it was written before there were changes beside it.
  return { found: 'whole', snapshot: { number, partitions: partitions ?? (stored as Snapshot['partitions']) } }
}

/** Whole lines in order, up to the first that is not: a crash tears the last one. */
async function readChanges(files: Files, path: string): Promise<ChangeLine[]> {
  if ((await files.size(path)) === undefined) return []
  const lines: ChangeLine[] = []
  for (const line of (await files.read(path)).toString().split('\n')) {
    const json = line.slice(9)
    if (line.slice(0, 8) !== checksumOf(json)) break
    lines.push(JSON.parse(json) as ChangeLine)
  }
  return lines
}

function lineOf(line: ChangeLine): Buffer {
  const json = JSON.stringify(line)
  return Buffer.from(`${checksumOf(json)} ${json}\n`)
}
