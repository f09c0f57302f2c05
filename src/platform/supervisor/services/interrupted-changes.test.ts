import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { waitUntil } from '../../../../test/support/wait-until.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { openMetadata } from '../../../storage/metadata/metadata.ts'
import { openObjectStore } from '../../../storage/objects/open.ts'
import { dropNotes, finishInterrupted, leftRemover, notedMaking } from './interrupted-changes.ts'

void test('files of a table whose drop was interrupted go at the next start, those of a table of now stay', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-drops-'))
  const metadata = await openMetadata(':memory:')
  try {
    const warehouse = `file://${folder}/lake`
    const objects = openObjectStore({ roots: [warehouse], files: nodeFiles })
    const removeLeft = leftRemover(metadata.pointers, objects)
    const notes = dropNotes(join(folder, 'drops'), nodeFiles, removeLeft)
    for (const table of ['half', 'whole', 'again', 'other']) {
      await objects.put(`${warehouse}/public/${table}/data/0.parquet`, Buffer.from('PAR1'))
      await objects.put(`${warehouse}/public/${table}/metadata/0.metadata.json`, Buffer.from('{}'))
    }
    // A write that was killed half way; no object was ever called so.
    for (const table of ['half', 'whole']) writeFileSync(join(folder, 'lake/public', table, 'metadata/.0.tmp'), '{')
    // Of `half` the drop got to the pointer and no further; `again` was made anew in the same folder, under another name.
    for (const table of ['half', 'whole', 'again']) await notes.begin(`${warehouse}/public/${table}`)
    await notes.end(`${warehouse}/public/whole`)
    await metadata.pointers.createNamespace(['public'], {})
    const to = `${warehouse}/public/again/metadata/0.metadata.json`
    await metadata.pointers.swap([{ table: { namespace: ['public'], name: 'renamed' }, from: null, to }])
    await finishInterrupted(join(folder, 'drops'), nodeFiles, removeLeft)
    const left = readdirSync(join(folder, 'lake'), { recursive: true, withFileTypes: true })
    const tables = left.filter((entry) => entry.isFile()).map(({ parentPath }) => parentPath.split('/').at(-2))
    // What `whole` did not name went at its end.
    assert.deepEqual(
      [...new Set(tables)].toSorted((a, b) => String(a).localeCompare(String(b))),
      ['again', 'other'],
    )
    assert.deepEqual(readdirSync(join(folder, 'drops')), [])
  } finally {
    await metadata.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

void test('INV-V2: files of a table whose making was killed go at the next start, those of one that was made or refused stay', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-drops-'))
  const metadata = await openMetadata(':memory:')
  try {
    const warehouse = `file://${folder}/lake`
    const notes = join(folder, 'drops')
    const objects = openObjectStore({ roots: [warehouse], files: nodeFiles })
    const making = notedMaking(notes, nodeFiles)
    const write = (table: string) =>
      objects.put(`${warehouse}/public/${table}/metadata/0.metadata.json`, Buffer.from('{}'))
    await making(`${warehouse}/public/made`, () => write('made'))
    const refused = making(`${warehouse}/public/refused`, async () => {
      await write('refused')
      throw new Error('refused')
    })
    await assert.rejects(refused, /refused/)
    await write('killed')
    // Of a table in a namespace of two levels, and of a view, the pointer was moved before the kill: only their notes are left.
    await metadata.pointers.createNamespace(['a', 'b'], {})
    for (const [name, kind] of [
      ['nested', 'table'],
      ['view', 'view'],
    ] as const) {
      await write(name)
      const to = `${warehouse}/public/${name}/metadata/0.metadata.json`
      const made = { table: { namespace: ['a', 'b'], name }, kind, from: null, to }
      assert.deepEqual(await metadata.pointers.swap([made]), { swapped: true })
      making(`${warehouse}/public/${name}`, () => new Promise<never>(() => undefined)).catch(() => undefined)
    }
    const killed = making(`${warehouse}/public/killed`, () => new Promise<never>(() => undefined))
    killed.catch(() => undefined)
    const noted = () => existsSync(notes) && readdirSync(notes).filter((name) => name.endsWith('.json')).length === 3
    await waitUntil('the notes', noted)
    await finishInterrupted(notes, nodeFiles, leftRemover(metadata.pointers, objects))
    const left = readdirSync(join(folder, 'lake'), { recursive: true, withFileTypes: true })
    const tables = left.filter((entry) => entry.isFile()).map(({ parentPath }) => parentPath.split('/').at(-2))
    assert.deepEqual(new Set(tables), new Set(['made', 'refused', 'nested', 'view']))
    assert.deepEqual(readdirSync(notes), [])
  } finally {
    await metadata.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
