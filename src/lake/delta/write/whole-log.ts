import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { under } from '../../../storage/objects/location.ts'
import type { ObjectStore, StoredObject } from '../../../storage/objects/object-store.ts'
import type { TableMetadata } from '../../metadata/table-metadata.ts'
import { deltaLogName, newestSegment } from '../delta-log.ts'
import { actionsOf } from '../read-delta.ts'
import { commitLocation, deltaRoot, deltaVersion, entryBytes } from './delta-table.ts'

/** Tells logs of which versions lack or are damaged (docs/spec/delta.md, INV-DL7). */
export interface WholeLog {
  /**
   * Of a log that has nothing behind the metadata: `WEIR-4026` where it is not whole. False where somebody has written the next version
   * meanwhile. The folder is listed where `isCommit`, and else every ten seconds at most.
   */
  mustBeWhole(metadata: TableMetadata, isCommit: boolean): Promise<boolean>
}

const looksApartMs = 10_000
/** Of the newest commits, which are read when a log is first seen. */
const readBytesMax = 16 << 20

export function wholeLog(objects: Pick<ObjectStore, 'get' | 'list' | 'size'>, now: () => number): WholeLog {
  const looked = new Map<string, number>()
  return {
    async mustBeWhole(metadata, isCommit) {
      const root = deltaRoot(metadata)
      const before = looked.get(root)
      if (!isCommit && before !== undefined && Math.abs(now() - before) < looksApartMs) {
        await mustHaveLast(metadata, objects)
        return true
      }
      const folder = under(root, deltaLogName)
      const found = new Map<string, StoredObject>()
      for await (const each of objects.list(under(folder, ''))) found.set(each.location.slice(folder.length + 1), each)
      const next = commitLocation(root, deltaVersion(metadata) + 1)
      if (found.has(next.slice(folder.length + 1))) return false
      await mustHaveLast(metadata, objects)
      const { version, commits } = newestSegment([...found.keys()], folder)
      if (version > deltaVersion(metadata))
        throw new WeirError('WEIR-4026', `${next} lacks: the log goes on behind it, up to version ${version}`)
      const behind = commits.map((name) => found.get(name)!)
      if (before === undefined) await mustBeRead(behind, objects)
      looked.set(root, now())
      return true
    },
  }
}

/** What was taken in long ago is not read again, so that damage of it would be another engine's to find. */
async function mustBeRead(commits: readonly StoredObject[], objects: Pick<ObjectStore, 'get'>): Promise<void> {
  let bytes = 0
  for (const { location, sizeBytes } of commits.toReversed()) {
    bytes += sizeBytes
    if (bytes > readBytesMax) return
    if (actionsOf((await objects.get(location)).toString().split('\n'), location).length > 0) continue
    throw new WeirError('WEIR-4026', `${location} is empty: it holds no action of a Delta log`)
  }
}

/** A log that was lost, or is not where the metadata is any more, is neither read past nor written on: nobody knows what it said. */
async function mustHaveLast(metadata: TableMetadata, objects: Pick<ObjectStore, 'size'>): Promise<void> {
  const last = lastCommit(metadata)
  const bytes = await objects.size(last)
  if (bytes === undefined)
    throw new WeirError('WEIR-4026', `${last} is not there, which is the last version that Weir knows of the table`)
  mustBeTheSame(metadata, bytes)
}

/** Who writes a version without asking that it be absent, as Spark does in S3, writes over one that came meanwhile: its rows are in no log any more. */
export function mustBeTheSame(metadata: TableMetadata, bytes: number | undefined): void {
  const known = entryBytes(metadata)
  if (bytes === undefined || known === undefined || bytes === known) return
  throw new WeirError(
    'WEIR-4026',
    `${lastCommit(metadata)} was written over: it has ${bytes} bytes, and had ${known} when Weir took it in. An engine that writes there must do so only where nothing is (If-None-Match)`,
  )
}

export function lastCommit(metadata: TableMetadata): string {
  return commitLocation(deltaRoot(metadata), deltaVersion(metadata))
}
