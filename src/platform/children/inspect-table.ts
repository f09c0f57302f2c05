import { WeirError } from '../../kernel/errors/weir-error.ts'
import { connectCatalog } from '../../lake/client/connect-catalog.ts'
import { findSnapshot } from '../../lake/history/find-snapshot.ts'
import { momentOfText } from '../../lake/history/moment-text.ts'
import { fileColumns, type FileColumn } from '../../lake/inspection/file-columns.ts'
import { listFiles, type FilePage } from '../../lake/inspection/list-files.ts'
import { listPartitions, type PartitionPage } from '../../lake/inspection/list-partitions.ts'
import type { InspectionContext } from '../../lake/inspection/live-entries.ts'
import { manifestReader } from '../../lake/manifest/manifest-reader.ts'
import { currentSnapshot } from '../../lake/metadata/read.ts'
import type { Snapshot, TableMetadata } from '../../lake/metadata/table-metadata.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { LakePlace } from '../lake/lake-place.ts'
import type { FileInspection, FileListing, PartitionListing, TablePlace } from './child-methods.ts'

/** The pages of one look come from the same manifests. */
const manifestBytesMax = 10e6

export interface TableInspector {
  files(listing: FileListing): Promise<FilePage>
  file(inspection: FileInspection): Promise<readonly FileColumn[]>
  partitions(listing: PartitionListing): Promise<PartitionPage>
}

/** What the manifests of a table say. One look at a time, so that no two hold a manifest each. */
export function tableInspector(openStore: (place: LakePlace) => Promise<ObjectStore>): TableInspector {
  let kept: InspectionContext | undefined
  let last: Promise<unknown> = Promise.resolve()

  async function contextOf({ lake }: TablePlace): Promise<InspectionContext> {
    const store = await openStore(lake)
    if (kept?.store !== store) kept = { store, reader: manifestReader(store, manifestBytesMax) }
    return kept
  }

  function inTurn<Result>(look: () => Promise<Result>): Promise<Result> {
    const result = last.then(look, look)
    last = result
    return result
  }

  return {
    files: (listing) =>
      inTurn(async () => {
        const { metadata, snapshot } = await tableAt(listing)
        return listFiles(metadata, snapshot, listing.query, await contextOf(listing))
      }),
    partitions: (listing) =>
      inTurn(async () => {
        const { metadata, snapshot } = await tableAt(listing)
        return listPartitions(metadata, snapshot, listing.query, await contextOf(listing))
      }),
    file: (inspection) =>
      inTurn(async () => {
        const { metadata, snapshot } = await tableAt(inspection)
        const found = snapshot && (await fileColumns(metadata, snapshot, inspection.path, await contextOf(inspection)))
        if (found) return found
        const at = snapshot === undefined ? 'has no snapshot' : `snapshot ${snapshot['snapshot-id']} does not have it`
        throw new WeirError('WEIR-4010', `${inspection.namespace}.${inspection.name}: ${at}: ${inspection.path}`)
      }),
  }
}

async function tableAt(
  place: TablePlace & { readonly at: string | null },
): Promise<{ readonly metadata: TableMetadata; readonly snapshot: Snapshot | undefined }> {
  const { namespace, name, catalogUri, catalogToken, at } = place
  const client = connectCatalog({ uri: catalogUri, ...(catalogToken === undefined ? {} : { token: catalogToken }) })
  const { metadata } = await client.loadTable({ namespace: [namespace], name })
  if (at === null) return { metadata, snapshot: currentSnapshot(metadata) }
  return { metadata, snapshot: findSnapshot(metadata, momentOfText(at), `${namespace}.${name}`).snapshot }
}
