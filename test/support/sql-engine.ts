import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { openChangeCount } from '../../src/kernel/change-count.ts'
import type { TableRelation, ViewRelation } from '../../src/sql/engine-host.ts'
import type { Engine, EngineConfig } from '../../src/sql/engine/engine.ts'
import { startEngine } from '../../src/sql/engine/start-engine.ts'
import { sqlError } from '../../src/sql/sql-error.ts'
import { noWrites } from './engine-writes.ts'

/** A table of a test: its columns, and the query that stands for its rows. */
export interface TestTable extends TableRelation {
  readonly rows: string
}

export interface TestEngine {
  readonly engine: Engine
  readonly directory: string
  readonly socketPath: string
  /** A connected client, straight to the engine; ended by `stop`. */
  client(options?: pg.ClientConfig): Promise<pg.Client>
  /** What the supervisor answers from now on. */
  change(tables: readonly TestTable[], views?: readonly ViewRelation[]): void
  /** What the supervisor was asked since the last time. */
  questions(): readonly string[]
  stop(): Promise<void>
}

/** A real engine on a unix socket whose tables are queries: for what has nothing to do with the lake. */
export async function startTestEngine(
  tables: readonly TestTable[],
  views: readonly ViewRelation[] = [],
  more: Pick<EngineConfig, 'trino'> = {},
): Promise<TestEngine> {
  let current = { version: 1, tables, views }
  const asked: string[] = []
  const directory = mkdtempSync(join(tmpdir(), 'weir-sql-'))
  // node-postgres makes the socket's name from the port.
  const socketPath = join(directory, '.s.PGSQL.5432')
  const changes = openChangeCount(directory)
  const engine = await startEngine(
    {
      listen: { socketPath },
      memoryLimitBytes: 400e6,
      threads: 2,
      temporaryDirectory: join(directory, 'temporary'),
      linkDirectory: join(directory, 'links'),
      scratchDirectory: join(directory, 'writes'),
      objects: undefined as never,
      ...more,
    },
    {
      ...noWrites,
      async relations({ known }) {
        asked.push('relations')
        return { relations: known === current.version ? null : current, holds: [changes.hold()] }
      },
      async resolve({ tables: names, relations }) {
        asked.push('resolve')
        if (relations !== current.version) return 'other relations'
        const resolved = names.map((name) => ({ ...name, metadataLocation: '', tails: [], notices: [] }))
        return { tables: resolved, holds: [changes.hold()] }
      },
    },
    {
      pin: async ({ name }) => {
        throw sqlError('WEIR-4010', `${name} has no snapshots`, { sqlstate: '42704' })
      },
      plan: async ({ schema, name }) => ({
        sql: current.tables.find((table) => table.schema === schema && table.name === name)!.rows,
        release: async () => {},
      }),
    },
  )
  const clients: pg.Client[] = []
  return {
    engine,
    directory,
    socketPath,
    async client(options) {
      const client = new pg.Client({ host: directory, port: 5432, user: 'weir', database: 'weir', ...options })
      client.on('error', () => {})
      await client.connect()
      clients.push(client)
      return client
    },
    change(changed, changedViews = []) {
      current = { version: current.version + 1, tables: changed, views: changedViews }
      changes.raise()
    },
    questions: () => asked.splice(0),
    async stop() {
      await Promise.all(clients.map((client) => client.end().catch(() => {})))
      await engine.stop({ deadlineMs: 500 })
      changes.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Five orders. */
export const ordersTable: TestTable = {
  schema: 'public',
  name: 'orders',
  comment: 'What people bought',
  columns: [
    { name: 'id', type: 'long', required: true, comment: 'Number of the order' },
    { name: 'item', type: 'string', required: false },
    { name: 'price', type: 'decimal(12, 2)', required: false },
    { name: 'placed', type: 'timestamptz', required: false },
    { name: 'tags', type: 'list<string>', required: false },
  ],
  rows: `SELECT i::BIGINT AS id, 'item ' || i AS item, (i * 2.5)::DECIMAL(12, 2) AS price,
    TIMESTAMPTZ '2024-01-01 00:00:00+00' + i * INTERVAL 1 HOUR AS placed, ['a', 'b' || i] AS tags FROM range(1, 6) t(i)`,
}

export const cheapView: ViewRelation = {
  schema: 'public',
  name: 'cheap',
  sql: 'SELECT id, item FROM orders WHERE price < 10;',
}
