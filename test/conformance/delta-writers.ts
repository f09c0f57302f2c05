import type pg from 'pg'
import { DuckDBInstance } from '@duckdb/node-api'
import { commitLocation, deltaRoot } from '../../src/lake/delta/write/delta-table.ts'
import { writeCheckpoint } from '../../src/lake/delta/write/write-checkpoint.ts'
import { openS3Lake } from '../support/s3-lake.ts'
import { startWriteEngine, type WriteEngine } from '../support/write-engine.ts'
import type { DeltaEngine } from './delta-engine.ts'
import { areSame, comparable, parseRow } from './delta-rows.ts'

const columns = `id bigint not null, small int, price numeric(12,2), ratio double precision, name text, at timestamptz, local timestamp,
  day date, flag boolean, tags text[], place struct<x: int, y: string>, scores map<string, int>`

/** Rows from..to-1 as both sides write them. */
const rowsFrom = (from: number, to: number): string => `SELECT i,
  CASE WHEN i % 7 > 0 THEN i % 100 END, i / 4.0, i / 8.0, ['a/b', 'c d', 'ä=', NULL][i % 4 + 1],
  TIMESTAMPTZ '2024-01-01 12:00:00.123456+00' + i * INTERVAL '1 hour', TIMESTAMP '2024-01-01 12:00:00.5' + i * INTERVAL '1 minute',
  CASE WHEN i % 5 > 0 THEN DATE '2024-01-01' + (i % 3)::INT END, i % 2 = 0, ['a', i::VARCHAR], {'x': i, 'y': 'z'}, MAP {'k': i}
  FROM generate_series(${from}, ${to - 1}) AS g(i)`

const tables: Readonly<Record<string, readonly string[]>> = {
  plain: [`CREATE TABLE plain (${columns}) USING delta`, `INSERT INTO plain ${rowsFrom(0, 50)}`],
  partitioned: [
    `CREATE TABLE partitioned (${columns}) USING delta PARTITIONED BY (day, name)`,
    `INSERT INTO partitioned ${rowsFrom(0, 60)}`,
    `INSERT INTO partitioned ${rowsFrom(60, 70)}`,
  ],
  evolved: [
    `CREATE TABLE evolved USING delta AS SELECT i AS id, 'n' || i AS name FROM generate_series(1, 20) AS g(i)`,
    `ALTER TABLE evolved ADD COLUMN more int`,
    `INSERT INTO evolved VALUES (100, 'x', 1)`,
  ],
}

/**
 * Whether an engine reads what Weir wrote, Weir what the engine then added and took away, and the engine what Weir added to that. Conditions are
 * asked too, for both sides leave files out by each other's statistics.
 */
export async function checkWriting(engine: DeltaEngine): Promise<boolean> {
  await using weir = await startWriteEngine({}, engine.isOnS3 ? await openS3Lake() : undefined)
  const client = await weir.client()
  for (const statement of Object.values(tables).flat()) await client.query(statement)
  for (const name of ['plain', 'partitioned']) await onlyCheckpoint(weir, name)
  const sides = { weir, client, engine }
  const all = [
    await compare('Weir wrote', 'read', sides),
    await compare(`${engine.name} added and took away`, 'change', sides),
  ]
  for (const [name, [from, to]] of Object.entries({ plain: [500, 520], partitioned: [500, 520] }))
    await client.query(`INSERT INTO ${name} ${rowsFrom(from!, to!)}`)
  await client.query(`INSERT INTO evolved (id, more) VALUES (500, 5)`)
  all.push(await compare('Weir added to that', 'read', sides))
  all.push(await sameMoments(client))
  // Rows of Weir would be lost where the other one writes over their commit: it must write alone (docs/spec/delta.md, "In a bucket").
  if (engine.keepsVersions) all.push(await writeAtOnce(sides))
  return all.every((same) => same)
}

/** Leaves the newest checkpoint alone to say what was before. */
async function onlyCheckpoint({ lake }: WriteEngine, name: string): Promise<void> {
  const { metadata } = await lake.client.loadTable({ namespace: ['public'], name })
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const engine = { query: async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson() }
    const version = await writeCheckpoint(metadata, { store: lake.store, engine, folder: lake.folder, now: Date.now })
    for (let before = 0; before < version!; before++)
      await lake.store.remove(commitLocation(deltaRoot(metadata), before))
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

interface Sides {
  readonly weir: WriteEngine
  readonly client: pg.Client
  readonly engine: DeltaEngine
}

async function compare(what: string, step: string, { weir, client, engine }: Sides): Promise<boolean> {
  const names = Object.keys(tables)
  const roots = await Promise.all(names.map(async (name) => engine.nameOf(await rootOf(weir, name))))
  const theirs = (await engine.run(engine.rows, [step, ...roots])).map((line) => JSON.parse(line) as Printed)
  let same = true
  for (const [at, name] of names.entries())
    for (const condition of ['true', ...(name === 'evolved' ? [] : conditions)]) {
      const found = theirs.find((one) => one.path === roots[at] && one.condition === condition)
      const { rows } = await client.query<{ row: string }>(
        `SELECT to_json(t)::text AS row FROM ${name} AS t WHERE ${condition}`,
      )
      const own = comparable(rows.map(({ row }) => parseRow(row)))
      same = areSame(`${name} where ${condition}: ${what}`, own, comparable(found!.rows.map(parseRow)), '') && same
    }
  return same
}

async function rootOf({ lake }: WriteEngine, name: string): Promise<string> {
  return deltaRoot((await lake.client.loadTable({ namespace: ['public'], name })).metadata)
}

/**
 * Both add rows at the same time, each in commits of one row, until there are a hundred of Weir, which came between the other's ten times. Every row must
 * be there once for both.
 */
async function writeAtOnce({ weir, client, engine }: Sides): Promise<boolean> {
  await client.query('CREATE TABLE raced (id bigint, writer text) USING delta')
  const root = await rootOf(weir, 'raced')
  const ready = Promise.withResolvers<void>()
  let isDone = false
  const theirs = engine
    .run(engine.rows, ['race', engine.nameOf(root)], (line) => {
      ready.resolve()
      isDone ||= line.includes('"added"')
    })
    .finally(() => ((isDone = true), ready.resolve()))
  await ready.promise
  const own: object[] = []
  while (!isDone) {
    await client.query(`INSERT INTO raced VALUES (${own.length}, 'Weir')`)
    own.push({ id: own.length, writer: 'Weir' })
  }
  const [, { added }, last] = (await theirs).map((line) => JSON.parse(line)) as [unknown, { added: number }, Printed]
  const others = Array.from({ length: added }, (_, id) => ({ id, writer: 'other' }))
  const { rows } = await client.query<{ row: string }>('SELECT to_json(t)::text AS row FROM raced AS t')
  const expected = comparable([...own, ...others])
  const told = `, ${own.length} of them by Weir; ${await turnsOf(weir, root)} times one came behind the other`
  const isWhole = areSame('both wrote at once', comparable(rows.map(({ row }) => parseRow(row))), expected, told)
  // Weir may have gone on behind its last look.
  const seen = new Set(comparable(last.rows.map(parseRow)))
  const missing = comparable(others).filter((row) => !seen.has(row))
  if (missing.length > 0) console.error(`FAIL  ${engine.name} does not read ${missing.length} rows of its own`)
  return isWhole && missing.length === 0
}

/** How often a commit of one writer lies behind one of the other. */
async function turnsOf({ lake }: WriteEngine, root: string): Promise<number> {
  const isOwn: boolean[] = []
  for (let version = 1; (await lake.store.size(commitLocation(root, version))) !== undefined; version++)
    isOwn.push((await lake.store.get(commitLocation(root, version))).includes('"engineInfo":"Weir/'))
  return isOwn.filter((own, at) => at > 0 && own !== isOwn[at - 1]).length
}

/** In words that all engines have. */
const conditions = [
  "day = DATE '2024-01-02'",
  'id > 40',
  "at > TIMESTAMP '2024-01-03 00:00:00'",
  "name = 'c d'",
  'price < 3.5',
]

/** Moments of the other engine's files are in UTC, in whatever zone the session is. */
async function sameMoments(client: pg.Client): Promise<boolean> {
  const sums: unknown[] = []
  for (const zone of ['UTC', 'Asia/Tokyo']) {
    await client.query(`SET TimeZone = '${zone}'`)
    const { rows } = await client.query('SELECT sum(epoch_us(at))::text AS s, count(*)::text AS n FROM plain')
    sums.push(JSON.stringify(rows))
  }
  await client.query(`SET TimeZone = 'UTC'`)
  const same = sums[0] === sums[1]
  console.log(`${same ? 'ok   ' : 'FAIL '} moments in another zone: ${sums.join(' ')}`)
  return same
}

interface Printed {
  readonly path: string
  readonly condition: string
  readonly rows: readonly string[]
}
