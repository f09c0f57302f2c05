import { under } from '../../storage/objects/location.ts'
import { deltaRoot, isDelta } from '../delta/write/delta-table.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'
import { reachableFiles } from '../maintenance/reachable-files.ts'
import { letterFilesOf, statesInForce } from '../maintenance/state-files.ts'
import { readThinned } from '../maintenance/thinned-snapshots.ts'
import { filesOnlyOf } from '../maintenance/files-only-of.ts'
import { manifestReader, type ManifestReader } from '../manifest/manifest-reader.ts'
import type { CommitContext } from './table-commit.ts'

/**
 * Removes the files of a table that is no longer in the catalog: what its snapshots name, so that a folder shared with
 * others is left alone, then its metadata. Only files under the table's own location.
 */
export async function purgeTable(location: string, context: CommitContext): Promise<void> {
  const { objects } = context
  const metadata = await context.metadata.read(location)
  const reader = manifestReader(objects)
  const files = await reachableFiles(metadata.snapshots ?? [], { store: objects, reader })
  const own = under(metadata.location, '')
  const data = [...files.data, ...files.manifests, ...files.lists].filter((file) => file.startsWith(own))
  const thinned = await thinnedFiles(metadata, { store: objects, reader })
  const delivered = await deliveryFiles(metadata, objects)
  await removeAll([...data, ...thinned, ...delivered, ...metadataFiles(metadata)], objects)
  if (isDelta(metadata)) await removeAll(await folderOf(metadata, objects), objects)
  await objects.remove(location)
}

/** The log, and what other engines have put beside it. */
async function folderOf(metadata: TableMetadata, objects: CommitContext['objects']): Promise<readonly string[]> {
  const found: string[] = []
  for await (const object of objects.list(under(deltaRoot(metadata), ''))) found.push(object.location)
  return found
}

/** Of snapshots that it does not name any more. */
async function thinnedFiles(
  metadata: TableMetadata,
  context: { readonly store: CommitContext['objects']; readonly reader: ManifestReader },
): Promise<readonly string[]> {
  const records = await readThinned(metadata, context.store)
  const snapshots = records.flatMap((record) => record.snapshots)
  const files = await filesOnlyOf(snapshots, { ...metadata, snapshots: [] }, context)
  return [...files.keys(), ...records.map(({ location }) => location)]
}

function metadataFiles(metadata: TableMetadata): readonly string[] {
  return (metadata['metadata-log'] ?? []).map((entry) => entry['metadata-file'])
}

/** State files, and the dead letters that they name. */
async function deliveryFiles(metadata: TableMetadata, objects: CommitContext['objects']): Promise<readonly string[]> {
  const states = statesInForce(metadata)
  const letters = await letterFilesOf(states, metadata, objects, 'allowed')
  return [...letters, ...states].map((path) => under(metadata.location, path))
}

async function removeAll(locations: readonly string[], objects: CommitContext['objects']): Promise<void> {
  for (let at = 0; at < locations.length; at += 64)
    await Promise.allSettled(locations.slice(at, at + 64).map((location) => objects.remove(location)))
}
