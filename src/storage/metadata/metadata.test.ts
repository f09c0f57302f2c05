import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { describeMetadataContract } from '../../../test/contracts/metadata.ts'
import { describePointerStoreContract, type TestedPointers } from '../../../test/contracts/pointer-store.ts'
import { sql } from 'kysely'
import { openMetadata, type Metadata } from './metadata.ts'
import { openSqlite } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-metadata-'))
let lastDatabase = 0
after(() => rmSync(folder, { recursive: true, force: true }))

describeMetadataContract('SQLite', () => openMetadata(join(folder, `${++lastDatabase}.db`)))
describePointerStoreContract('SQLite', async () => pointersOf(await openMetadata(join(folder, `${++lastDatabase}.db`))))

void test('a second open finds what the first wrote', async () => {
  const path = join(folder, 'again.db')
  const first = await openMetadata(path)
  await first.epochs.next('x')
  await first.close()
  const second = await openMetadata(path)
  assert.equal(await second.epochs.next('x'), 2)
  await second.close()
})

void test('a database of a newer version is refused', async () => {
  const path = join(folder, 'newer.db')
  await (await openMetadata(path)).close()
  const database = new DatabaseSync(path)
  database.exec(`INSERT INTO kysely_migration (name, timestamp) VALUES ('9999-later', '2030-01-01')`)
  database.close()
  await assert.rejects(openMetadata(path), { code: 'WEIR-2006', message: /newer version of Weir/ })
})

void test('what is no database, and one that does not answer, is named', async () => {
  const path = join(folder, 'garbage.db')
  writeFileSync(path, 'no database at all, however long it is read'.repeat(100))
  await assert.rejects(openMetadata(path), { code: 'WEIR-8006', message: /garbage\.db cannot be opened/ })
  const nobody = 'postgres://weir:secret@127.0.0.1:1/weir'
  await assert.rejects(openMetadata(nobody), (error: Error) => {
    assert.match(error.message, /127\.0\.0\.1:1\/weir does not answer: .*ECONNREFUSED/)
    assert.doesNotMatch(error.message, /secret/)
    return true
  })
})

void test('a damaged database is named, also where only a statement meets the damage', async () => {
  const path = join(folder, 'damaged.db')
  await (await openMetadata(path)).close()
  const database = new DatabaseSync(path)
  const { rootpage } = database.prepare("SELECT rootpage FROM sqlite_master WHERE name = 'epoch'").get()!
  database.close()
  const bytes = readFileSync(path)
  writeFileSync(path, bytes.fill(0xff, (Number(rootpage) - 1) * 4096, Number(rootpage) * 4096))
  const metadata = await openMetadata(path)
  await assert.rejects(metadata.epochs.next('x'), {
    code: 'WEIR-8006',
    message: /damaged\.db is damaged: .*Restore it from a backup/,
  })
  await metadata.close()
})

void test('a full disk is named and undoes what was begun, and what comes when there is room is stored', async () => {
  const { db, transact } = openSqlite(join(folder, 'full.db'))
  await sql`CREATE TABLE noted (note TEXT)`.execute(db)
  const note = (text: string) =>
    transact(async (within) => {
      await sql`INSERT INTO noted VALUES ('begun')`.execute(within)
      await sql`INSERT INTO noted VALUES (${text})`.execute(within)
    })
  // SQLite answers a database at its limit as it answers a disk that is.
  await sql`PRAGMA max_page_count = 4`.execute(db)
  const refused = { code: 'WEIR-8001', message: /full\.db cannot be written: the disk is full\. Free space/ }
  await assert.rejects(note('x'.repeat(100_000)), refused)
  await sql`PRAGMA max_page_count = 4000`.execute(db)
  await note('x'.repeat(100_000))
  assert.deepEqual(
    (await sql`SELECT count(*) AS notes FROM noted`.execute(db)).rows.map((row) => ({ ...(row as object) })),
    [{ notes: 2 }],
  )
  await db.destroy()
})

function pointersOf(metadata: Metadata): TestedPointers {
  return { pointers: metadata.pointers, [Symbol.asyncDispose]: () => metadata.close() }
}

void test('INV-P5: a database that lost its write-ahead log, whole or from some commit on, is refused by name, not served as it was before', async () => {
  const kept = join(folder, 'killed.db')
  const writing = spawnSync(process.execPath, ['--input-type=module', '-e', killedWriter(kept)])
  assert.equal(writing.signal, 'SIGKILL', String(writing.stderr))
  const wal = readFileSync(`${kept}-wal`)
  const open = async (log: Buffer | undefined): Promise<Metadata> => {
    const path = join(folder, `lost-${++lastDatabase}.db`)
    copyFileSync(kept, path)
    copyFileSync(`${kept}-commits`, `${path}-commits`)
    if (log !== undefined) writeFileSync(`${path}-wal`, log)
    return openMetadata(path)
  }
  const whole = await open(wal)
  assert.equal(await whole.epochs.next('x'), 6)
  await whole.close()
  const flipped = Buffer.from(wal)
  flipped[wal.length - 100]! ^= 1
  for (const log of [undefined, Buffer.alloc(0), wal.subarray(0, wal.length / 2), wal.subarray(0, -5000), flipped])
    await assert.rejects(open(log), { code: 'WEIR-8006', message: /lacks its last \d+ changes?: \S+-wal was removed/ })
})

/** Five changes by themselves and in transactions, then the end, without a word to SQLite. */
function killedWriter(path: string): string {
  return `import { openMetadata } from ${JSON.stringify(new URL('metadata.ts', import.meta.url).href)}
    const { epochs } = await openMetadata(${JSON.stringify(path)})
    for (let at = 0; at < 5; at++) await epochs.next('x')
    process.kill(process.pid, 'SIGKILL')`
}
