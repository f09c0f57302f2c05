import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import type { EngineHost } from '../engine-host.ts'
import type { Engine } from './engine.ts'
import { startEngine } from './start-engine.ts'

const host: EngineHost = {
  relations: async () => ({
    version: 1,
    tables: [
      {
        schema: 'public',
        name: 'orders',
        columns: [
          { name: 'id', type: 'long', required: true },
          { name: 'item', type: 'string', required: false },
          { name: 'price', type: 'decimal(12, 2)', required: false },
        ],
      },
    ],
    views: [{ schema: 'public', name: 'cheap', sql: 'SELECT id, item FROM orders WHERE price < 10' }],
  }),
  resolve: async ({ tables }) => ({
    tables: tables.map((table) => ({ ...table, metadataLocation: 'x', tails: [], notices: [] })),
  }),
}
const planner = {
  plan: async () => ({
    sql: "SELECT i::BIGINT AS id, 'item ' || i AS item, (i * 2.5)::DECIMAL(12, 2) AS price FROM range(1, 6) t(i)",
    release: async () => {},
  }),
}

describe('engine', () => {
  const directory = mkdtempSync(join(tmpdir(), 'weir-engine-'))
  let engine: Engine
  let client: pg.Client
  before(async () => {
    engine = await startEngine(
      {
        listen: { port: 0 },
        memoryLimitBytes: 3e8,
        threads: 2,
        temporaryDirectory: join(directory, 'tmp'),
        linkDirectory: join(directory, 'links'),
        objects: undefined as never,
      },
      host,
      planner,
    )
    const { port } = engine.address as { port: number }
    client = new pg.Client({ host: '127.0.0.1', port, user: 'weir', database: 'weir' })
    await client.connect()
  })
  after(async () => {
    await client.end()
    await engine.stop({ deadlineMs: 100 })
    rmSync(directory, { recursive: true, force: true })
  })

  it('answers a simple query over a table and a view', async () => {
    const { rows } = await client.query('select * from orders order by id limit 2')
    assert.deepEqual(rows, [
      { id: '1', item: 'item 1', price: '2.50' },
      { id: '2', item: 'item 2', price: '5.00' },
    ])
    const { rows: cheap } = await client.query('select count(*), max(item) from public.cheap')
    assert.deepEqual(cheap, [{ count: '3', max: 'item 3' }])
  })
  it('binds parameters', async () => {
    const { rows } = await client.query('select item from orders where id = $1 or item = $2 limit $3', [2, 'item 4', 5])
    assert.deepEqual(rows, [{ item: 'item 2' }, { item: 'item 4' }])
  })
  it('names what does not exist', async () => {
    await assert.rejects(client.query('select * from order'), { code: '42601' })
    await assert.rejects(client.query('select * from orderz'), { code: '42P01', hint: 'Did you mean orders?' })
    await assert.rejects(client.query('select itm from orders'), { code: '42703' })
  })
})
