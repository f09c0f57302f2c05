import { type Long, toLong } from '../json.ts'
import type { ReadEntry } from './data-file.ts'
import type { ManifestFile } from './manifest-file.ts'

/**
 * Entries with the row ids that files inherit from their manifest (specification, first row id inheritance): a file of data
 * without one follows those before it that had none either.
 */
export function withRowIds(entries: readonly ReadEntry[], manifest: ManifestFile): readonly ReadEntry[] {
  if (manifest.firstRowId === undefined || manifest.content !== 'data') return entries
  let next = BigInt(manifest.firstRowId)
  return entries.map((entry) => {
    if (entry.file.firstRowId !== undefined || entry.status === 'deleted') return entry
    const firstRowId = toLong(next)
    next += BigInt(entry.file.recordCount)
    return { ...entry, file: { ...entry.file, firstRowId } }
  })
}

export interface NumberedManifests {
  readonly manifests: readonly ManifestFile[]
  /** The table's after the commit: what is not taken. */
  readonly nextRowId: Long
}

/**
 * Manifests as a list of version 3 holds them: those of data that have no row id yet get the next ones, as many as they have
 * rows that are added or stay. Those that have one keep it. `nextRowId` less what it was is the snapshot's `added-rows`.
 */
export function assignRowIds(manifests: readonly ManifestFile[], nextRowId: Long): NumberedManifests {
  let next = BigInt(nextRowId)
  const numbered = manifests.map((manifest) => {
    if (manifest.content !== 'data' || manifest.firstRowId !== undefined) return manifest
    const firstRowId = toLong(next)
    next += BigInt(manifest.addedRows) + BigInt(manifest.existingRows)
    return { ...manifest, firstRowId }
  })
  return { manifests: numbered, nextRowId: toLong(next) }
}
