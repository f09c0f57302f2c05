import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { describeMetadataContract } from '../../../test/contracts/metadata.ts'
import { describePointerStoreContract, type TestedPointers } from '../../../test/contracts/pointer-store.ts'
import { startPostgres, type RunningPostgres } from '../../../test/support/postgres.ts'
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
