import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { readLakeNote } from '../lake/lake-note.ts'
import { readMetadataPlace, refuseOtherMetadata } from './metadata-place.ts'
import { whereStreamsLie } from './streams/streams-note.ts'

interface Place {
  readonly database?: number
  readonly log?: number
  readonly hasTables: boolean
  readonly hasNote: boolean
}

async function start({ database, log, hasTables, hasNote }: Place): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'weir-metadata-'))
  try {
    mkdirSync(join(root, 'lake'))
    if (hasTables) mkdirSync(join(root, 'lake', 'public'))
    if (hasNote) writeFileSync(join(root, 'metadata.json'), '{"in":"sqlite"}\n')
    if (database !== undefined) writeFileSync(join(root, 'metadata.db'), Buffer.alloc(database))
    if (log !== undefined) writeFileSync(join(root, 'metadata.db-wal'), Buffer.alloc(log))
    await refuseOtherMetadata(root, undefined, nodeFiles)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

void suite('metadata that is lost', () => {
  void test('keeps Weir from beginning anew beside tables', async () => {
    const lost = [
      { database: undefined, says: 'is gone' },
      { database: undefined, log: 4152, says: 'is gone' },
      { database: 0, says: 'is empty' },
      { database: 0, log: 4152, says: 'is empty' },
      { database: 4096, says: 'is empty' },
      { database: 4096, log: 0, says: 'is empty' },
    ]
    for (const { says, database, log } of lost)
      for (const hasNote of [true, false])
        await assert.rejects(
          start({
            hasTables: true,
            hasNote,
            ...(database === undefined ? {} : { database }),
            ...(log === undefined ? {} : { log }),
          }),
          {
            code: 'WEIR-8002',
            message: new RegExp(`metadata\\.db ${says}, and the tables in .* are known only there\\. Restore`),
          },
          JSON.stringify({ database, log, hasNote }),
        )
  })

  void test('is none where there are no tables yet, and where its pages are still in the log of SQLite', async () => {
    await start({ hasTables: false, hasNote: true })
    await start({ hasTables: false, hasNote: true, database: 0 })
    await start({ hasTables: true, hasNote: true, database: 4096, log: 4152 })
    await start({ hasTables: true, hasNote: true, database: 8192 })
  })
})

void suite('a note of the data directory that is damaged', () => {
  void test('is named, with what to do', async () => {
    const root = mkdtempSync(join(tmpdir(), 'weir-notes-'))
    try {
      const readers = {
        'metadata.json': () => readMetadataPlace(root, nodeFiles),
        'lake.json': () => readLakeNote(root, nodeFiles),
        'streams.json': () => whereStreamsLie(root, nodeFiles),
      }
      for (const [name, read] of Object.entries(readers))
        for (const text of ['', '{"in":"sql', '5']) {
          writeFileSync(join(root, name), text)
          const message = new RegExp(`${name} is damaged: it holds ".*"\\. Restore it from a backup; or remove it`)
          await assert.rejects(read(), { code: 'WEIR-2006', message }, name)
        }
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  })

  void test('in another kind of database is named as far as it is known (WEIR-2014)', async () => {
    const root = mkdtempSync(join(tmpdir(), 'weir-metadata-'))
    try {
      for (const [note, message] of [
        [{ in: 'postgres' }, /lies in PostgreSQL, but this project keeps it in SQLite/],
        [{ in: 'postgres', at: 'db:5432/weir' }, /lies in PostgreSQL \(db:5432\/weir\), but/],
      ] as const) {
        writeFileSync(join(root, 'metadata.json'), JSON.stringify(note))
        await assert.rejects(refuseOtherMetadata(root, undefined, nodeFiles), { code: 'WEIR-2014', message })
      }
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  })
})
