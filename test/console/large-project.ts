import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import type { Long } from '../../src/lake/json.ts'
import { encodeManifestList } from '../../src/lake/manifest/manifest-list.ts'
import type { ManifestFile } from '../../src/lake/manifest/manifest-file.ts'
import { writeManifest } from '../../src/lake/manifest/write-manifest.ts'
import { specById, tableSchema } from '../../src/lake/metadata/read.ts'
import type { TableUpdate } from '../../src/lake/metadata/update.ts'
import { pathOf } from '../../src/storage/objects/location.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'
import type { RunningWeir } from '../support/running-weir.ts'

export interface LargeTable {
  readonly name: string
  readonly files: number
  readonly partitions: number
  readonly snapshots: number
  readonly tags: number
}

const filesOfManifest = 10_000
const hourMs = 3_600_000

/**
 * Gives a table that is partitioned by its column `region` a history in one commit: all its snapshots have the same files, which are named and not
 * written, for only their manifests are read.
 */
export async function makeLarge({ endpoints, folder }: RunningWeir, large: LargeTable): Promise<void> {
  const client = connectCatalog({ uri: endpoints.iceberg })
  const store = openObjectStore({ roots: [`file://${join(folder, '.weir/lake')}`], files: nodeFiles })
  const ident = { namespace: ['public'], name: large.name }
  const { metadata } = await client.loadTable(ident)
  const first = Date.now() * 1000
  const manifests: ManifestFile[] = []
  for (let from = 0; from < large.files; from += filesOfManifest)
    manifests.push(
      await writeManifest(store, {
        folder: `${metadata.location}/metadata`,
        part: 'm0',
        schema: tableSchema(metadata),
        spec: specById(metadata, metadata['default-spec-id']),
        content: 'data',
        entries: entriesOf(large, from, metadata.location, first),
        snapshotId: first,
        sequenceNumber: 1,
      }),
    )
  /** Each snapshot has its own; thousands of writes through the store would wait for the disk. */
  const listOf = (id: number, sequenceNumber: number): string => {
    const list = `${metadata.location}/metadata/snap-${id}-${randomUUID()}.avro`
    writeFileSync(pathOf(list), encodeManifestList(manifests, { id, parentId: null, sequenceNumber }))
    return list
  }
  const began = metadata['last-updated-ms']
  const added = Array.from({ length: large.snapshots }, (_, at): TableUpdate => {
    const rows = ((at * 7919) % 1000) + 1
    return {
      action: 'add-snapshot',
      snapshot: {
        'snapshot-id': first + at,
        ...(at === 0 ? {} : { 'parent-snapshot-id': first + at - 1 }),
        'sequence-number': at + 1,
        'timestamp-ms': began - (large.snapshots - 1 - at) * hourMs,
        'manifest-list': listOf(first + at, at + 1),
        summary: {
          operation: at % 9 === 8 ? 'delete' : 'append',
          [at % 9 === 8 ? 'deleted-records' : 'added-records']: String(rows),
          'total-records': String((at + 1) * 100),
        },
        'schema-id': metadata['current-schema-id'],
      },
    }
  })
  const named = (name: string, id: Long, type: 'branch' | 'tag'): TableUpdate => ({
    action: 'set-snapshot-ref',
    'ref-name': name,
    'snapshot-id': id,
    type,
  })
  const tags = Array.from({ length: large.tags }, (_, at) => named(`release-${at}`, first + at, 'tag'))
  const outcome = await client.commitTable(ident, {
    requirements: [],
    updates: [...added, named('main', first + large.snapshots - 1, 'branch'), ...tags],
  })
  if (outcome.outcome !== 'committed') throw new Error(JSON.stringify(outcome))
}

function entriesOf({ files, partitions }: LargeTable, from: number, location: string, snapshotId: Long) {
  return Array.from({ length: Math.min(filesOfManifest, files - from) }, (_, at) => {
    const number = from + at
    const region = `region-${String(number % partitions).padStart(4, '0')}`
    return {
      status: 'added' as const,
      snapshotId,
      sequenceNumber: 1,
      fileSequenceNumber: 1,
      file: {
        content: 'data' as const,
        location: `${location}/data/region=${region}/${String(number).padStart(6, '0')}.parquet`,
        format: 'PARQUET',
        specId: 0,
        partition: [region],
        recordCount: 100 + (number % 900),
        sizeBytes: 1000 + ((number * 7919) % 90_000_000),
      },
    }
  })
}
