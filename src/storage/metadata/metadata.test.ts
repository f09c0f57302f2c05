import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { describeMetadataContract } from '../../../test/contracts/metadata.ts'
import { describePointerStoreContract, type TestedPointers } from '../../../test/contracts/pointer-store.ts'
import { startPostgres, type RunningPostgres } from '../../../test/support/postgres.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'
import { ownPostgres, type PostgresOwner } from './postgres-owner.ts'
import { openMetadata, type Metadata } from './metadata.ts'

let postgres: RunningPostgres
let folder: string
let lastDatabase = 0
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-metadata-'))
  postgres = await startPostgres()
})
after(async () => {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
})

describeMetadataContract('SQLite', () => openMetadata(join(folder, `${++lastDatabase}.db`)))
describeMetadataContract('PostgreSQL', async () => openMetadata(await emptyDatabase()))
describePointerStoreContract('SQLite', async () => pointersOf(await openMetadata(join(folder, `${++lastDatabase}.db`))))
describePointerStoreContract('PostgreSQL', async () => pointersOf(await openMetadata(await emptyDatabase())))

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

void test('a PostgreSQL database belongs to one Weir, and is free again when that one ends or loses it', async (t) => {
  const url = await emptyDatabase()
  const taken: string[] = []
  const own = (name: string) => ownPostgres(url, { name, onTaken: (error) => taken.push(error.message) })
  const first = await own('weir 1')
  await assert.rejects(own('weir 2'), { code: 'WEIR-2001', message: /in use by weir 1, since 20/ })
  await first.release()
  const second = await own('weir 2')
  t.after(() => second.release())
  await endConnectionsOf('weir 2')
  const third = await waitUntil('another gets it, or the second has it back', () =>
    own('weir 3').catch((error: Error) => (/in use by weir 2/.test(error.message) ? 'kept' : undefined)),
  )
  if (third === 'kept') return
  t.after(() => (third as PostgresOwner).release())
  await waitUntil('the one that lost it hears who has it', () => taken.some((text) => text.includes('weir 3')))
})

async function endConnectionsOf(name: string): Promise<void> {
  const { default: pg } = await import('pg')
  const client = new pg.Client(postgres.url)
  await client.connect()
  await client.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [name])
  await client.end()
}

function pointersOf(metadata: Metadata): TestedPointers {
  return { pointers: metadata.pointers, [Symbol.asyncDispose]: () => metadata.close() }
}

async function emptyDatabase(): Promise<string> {
  const { default: pg } = await import('pg')
  const client = new pg.Client(postgres.url)
  await client.connect()
  const name = `weir${++lastDatabase}`
  await client.query(`CREATE DATABASE ${name}`)
  await client.end()
  return postgres.url.replace(/postgres$/, name)
}
