import assert from 'node:assert/strict'
import { test } from 'node:test'
import { schemaOf } from '../types/schema.ts'
import type { DataFile } from './data-file.ts'
import { manifestReader } from './manifest-reader.ts'
import { writeManifest } from './write-manifest.ts'

const schema = schemaOf([{ name: 'id', type: 'string' }])
const spec = { 'spec-id': 0, fields: [] }

function fileOf(name: string, boundBytes: number): DataFile {
  const plain = { content: 'data', format: 'PARQUET', specId: 0, partition: [], recordCount: 1, sizeBytes: 1 } as const
  return { ...plain, location: `file:///${name}.parquet`, lowerBounds: new Map([[1, Buffer.alloc(boundBytes, name)]]) }
}

void test('manifests stay in memory by what they take, not by how many entries they have; the one used last always', async () => {
  const objects = new Map<string, Buffer>()
  const made = async (name: string, boundBytes: number) => {
    const entry = { status: 'added' as const, snapshotId: 5, sequenceNumber: 1, fileSequenceNumber: 1 }
    const entries = [{ ...entry, file: fileOf(name, boundBytes) }]
    const about = { schema, spec, content: 'data', entries, snapshotId: 5, sequenceNumber: 1 } as const
    const put = async (location: string, bytes: Buffer) => void objects.set(location, bytes)
    return writeManifest({ put } as unknown as Parameters<typeof writeManifest>[0], {
      folder: name,
      part: 'm0',
      ...about,
    })
  }
  const [small, other, large] = [await made('a', 10), await made('b', 10), await made('c', 100_000)]
  const asked: string[] = []
  const get = async (location: string) => (asked.push(location), objects.get(location)!)
  const reader = manifestReader({ get }, 20_000)
  const read = async (manifest: typeof small) => (await reader.entries(manifest))[0]!.file.location
  for (const manifest of [small, other, small, other]) await read(manifest)
  assert.deepEqual(asked, [small.location, other.location])
  assert.equal(await read(large), 'file:///c.parquet')
  await read(large)
  assert.deepEqual(asked, [small.location, other.location, large.location])
  await read(small)
  await read(large)
  assert.deepEqual(asked.slice(3), [small.location, large.location])
})
