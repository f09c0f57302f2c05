import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TableMetadata } from '../../metadata/table-metadata.ts'
import { snapshotOfVersion } from './snapshot-of-version.ts'

/** Snapshots by id, parent and the versions that they became current in. */
const metadata = (last: number, ...snapshots: readonly (readonly [number, number | null, string])[]): TableMetadata =>
  ({
    properties: { 'weir.delta.version': String(last) },
    snapshots: snapshots.map(([id, parent, versions]) => ({
      'snapshot-id': id,
      'parent-snapshot-id': parent,
      summary: { 'delta.version': versions },
    })),
  }) as unknown as TableMetadata

void test('the snapshot of a version is the one that was current in it, or none', () => {
  const table = metadata(9, [10, null, '1'], [11, 10, '3'], [13, 12, '6'], [14, 13, '8'])
  const found = Array.from({ length: 11 }, (_, version) => snapshotOfVersion(table, version)?.['snapshot-id'] ?? null)
  // One between 3 and 6 has expired: nobody knows of which version it was.
  assert.deepEqual(found, [null, 10, 10, 11, null, null, 13, 13, 14, 14, null])
})

void test('after a rollback a snapshot is that of several versions', () => {
  const table = metadata(5, [10, null, '1,3'], [11, 10, '2'], [12, 10, '5'])
  const found = [1, 2, 3, 4, 5].map((version) => snapshotOfVersion(table, version)?.['snapshot-id'] ?? null)
  assert.deepEqual(found, [10, 11, 10, 10, 12])
})
