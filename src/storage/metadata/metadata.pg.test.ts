import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { describeMetadataContract } from '../../../test/contracts/metadata.ts'
import { describePointerStoreContract } from '../../../test/contracts/pointer-store.ts'
import { startPostgres, type RunningPostgres } from '../../../test/support/postgres.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'
import { openMetadata } from './metadata.ts'
import { ownPostgres, type PostgresOwner } from './postgres-owner.ts'

let postgres: RunningPostgres
let lastDatabase = 0
before(async () => (postgres = await startPostgres()))
after(() => postgres.stop())

describeMetadataContract('PostgreSQL', async () => openMetadata(await emptyDatabase()))
describePointerStoreContract('PostgreSQL', async () => {
  const metadata = await openMetadata(await emptyDatabase())
  return { pointers: metadata.pointers, [Symbol.asyncDispose]: () => metadata.close() }
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
  const client = new pg.Client(postgres.url)
  await client.connect()
  await client.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [name])
  await client.end()
}

async function emptyDatabase(): Promise<string> {
  const client = new pg.Client(postgres.url)
  await client.connect()
  const name = `weir${++lastDatabase}`
  await client.query(`CREATE DATABASE ${name}`)
  await client.end()
  return postgres.url.replace(/postgres$/, name)
}
