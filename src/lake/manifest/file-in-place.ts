import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Snapshot } from '../metadata/table-metadata.ts'
import type { EntryStatus, ReadEntry } from './data-file.ts'
import type { ManifestFile } from './manifest-file.ts'

/**
 * Manifests and their lists have no checksum, but each says in its header, and what names it says of it, whose it is: so that a file of another
 * table or snapshot in its place is told (docs/spec/lake.md, INV-L10). What another engine left out is not compared.
 */
type Header = ReadonlyMap<string, Buffer>

type Told = string | number | bigint

/** `WEIR-4008` for a list whose header names another snapshot. */
export function mustBeListOf(
  snapshot: Pick<Snapshot, 'manifest-list' | 'snapshot-id' | 'sequence-number'>,
  header: Header,
): void {
  const location = snapshot['manifest-list']
  compare(location, 'snapshot-id in its header', snapshot['snapshot-id'], header.get('snapshot-id'))
  const sequence = snapshot['sequence-number']
  // 0: of version 1, which has none.
  if (sequence) compare(location, 'sequence-number in its header', sequence, header.get('sequence-number'))
}

/** Before it is decoded: what was cut would be told as a value that is cut short. */
export function mustHaveLength({ location, lengthBytes }: ManifestFile, bytes: Buffer): void {
  compare(location, 'length in bytes', lengthBytes, bytes.length)
}

/** `WEIR-4008` for a manifest of another spec or kind, with other numbers of files, or that was added by another snapshot. */
export function mustBeManifest(manifest: ManifestFile, header: Header, entries: readonly ReadEntry[]): void {
  const { location, specId, content, addedSnapshotId } = manifest
  compare(location, 'partition-spec-id in its header', specId, header.get('partition-spec-id'))
  compare(location, 'content in its header', content, header.get('content'))
  const found: Record<EntryStatus, number> = { added: 0, existing: 0, deleted: 0 }
  for (const { status, snapshotId } of entries) {
    found[status]++
    if (status === 'added' && snapshotId !== addedSnapshotId)
      throw other(location, 'snapshot id of an added file', addedSnapshotId, snapshotId)
  }
  // Lists of version 1 may leave the numbers out.
  if (manifest.addedFiles + manifest.existingFiles + manifest.deletedFiles === 0) return
  for (const status of ['added', 'existing', 'deleted'] as const)
    compare(location, `number of ${status} files`, manifest[`${status}Files`], found[status])
}

function compare(location: string, what: string, expected: Told, found: Told | Buffer | undefined): void {
  if (found !== undefined && found.toString() !== String(expected)) throw other(location, what, expected, found)
}

function other(location: string, what: string, expected: Told, found: Told | Buffer): WeirError {
  return new WeirError(
    'WEIR-4008',
    `${location} is not the file that its table names there: expected ${what} ${String(expected)}, found ${found.toString()}`,
  )
}
