import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { runSql } from '../../src/cli/sql-session.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { planScan } from '../../src/lake/scan/plan-scan.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'
import { startWeir } from '../support/running-weir.ts'
import { openS3Store } from '../support/s3-store.ts'
import { programPath, pySpark, pythonEnvironment, withS3Files } from './engine-python.ts'
import { startLineService } from './engines/line-service.ts'
import { inBucket, vendedS3 } from './in-bucket.ts'
import { rowsDigest } from './rows-digest.ts'

/**
 * Tables whose files of rows and of deletes Spark writes as Avro, of versions 2 and 3: partitioned, evolved at every depth, deleted from, changed and
 * merged into. After each step Weir, by SQL, must read the rows that Spark reads, by the digest of the kit; then Weir changes them by SQL, and its
 * compaction leaves no file in Avro and every row as it was, with its lineage. `node test/conformance/avro-rows.ts [--s3]`; with `--s3` the tables lie
 * in the S3 server of the environment.
 */
const isOnS3 = process.argv.includes('--s3')
const project = `import { defineProject } from 'weir-data'
export default defineProject({ name: 'avro-rows', resources: [] })
`
await using weir = await startWeir('avro-rows', isOnS3 ? inBucket(project, 'avro-rows') : project)
const { iceberg, postgres } = weir.endpoints
const client = connectCatalog({ uri: iceberg })
await using remote = isOnS3 ? await openS3Store() : undefined
const store = remote?.store ?? openObjectStore({ roots: ['file:///'], files: nodeFiles })
const engine = isOnS3 ? withS3Files(pySpark()) : pySpark()
const spark = startLineService(
  [engine.python, programPath('engines/spark-serve.py'), iceberg, ...(isOnS3 ? [JSON.stringify(vendedS3)] : [])],
  pythonEnvironment(engine),
)

const moment = (column: string): string => `strftime(make_timestamp(epoch_us(${column})), '%Y-%m-%dT%H:%M:%S.%f')`
const pairs = (column: string): string =>
  `case when ${column} is null then null else json_object('keys', map_keys(${column}), 'values', map_values(${column})) end`

/** Each column with what Weir's SQL makes of it, in the form of digest.py. */
const columns: Record<string, string> = {
  id: 'id',
  flag: 'flag',
  small: 'small',
  single: 'single::double',
  ratio: 'ratio',
  price: 'price::varchar',
  wide: 'wide::varchar',
  name: 'name',
  day: `strftime(day, '%Y-%m-%d')`,
  at: moment('at'),
  moment: `${moment('moment')} || '+00:00'`,
  data: 'lower(hex(data))',
  tags: 'tags',
  place: 'place',
  steps: 'steps',
  counts: pairs('counts'),
  codes: pairs('codes'),
}

/** Rows by their ids, with nulls in every column but that. */
function rowsOf(from: number, to: number, isEvolved = false): string {
  const items: readonly (readonly [name: string, sql: string])[] = [
    ['id', 'id'],
    ...(isEvolved ? [] : [['flag', 'id % 3 = 0'] as const]),
    ['small', isEvolved ? 'id * 4294967296' : 'cast(id * 7 - 300 AS int)'],
    ['single', isEvolved ? 'id / 3D' : 'cast(id / 4D AS float)'],
    ['ratio', 'id / 8D - 3'],
    ['price', `cast(id / 100 - 5 AS decimal(${isEvolved ? 18 : 9}, 2))`],
    ['wide', `cast(id AS decimal(38, 10)) * cast('-123456789012345678.0123456789' AS decimal(38, 10))`],
    [isEvolved ? 'label' : 'name', `concat('näme ', id, ' \u{1f600}')`],
    ['day', "date_add(date'1969-12-25', cast(id AS int))"],
    ['at', 'cast(timestamp_micros(id * 1234567891 - 5000000000) AS timestamp_ntz)'],
    ['moment', 'timestamp_micros(id * 12345678901 - 50000000000)'],
    ['data', `cast(concat('b', id) AS binary)`],
    ['tags', `array(concat('t', id), null, '')`],
    [
      'place',
      isEvolved
        ? `named_struct('town', concat('c', id), 'at', named_struct('y', id, 'x', cast(id AS int)), 'zip', cast(id AS int))`
        : `named_struct('city', concat('c', id), 'at', named_struct('x', cast(id AS int)))`,
    ],
    [
      'steps',
      `array(named_struct('a', cast(id AS int), 'b', 's'), named_struct('a', null, 'b', concat('s', id)), null)`,
    ],
    ['counts', `map('k', id, 'l', null)`],
    ['codes', `map(cast(id AS int), concat('v', id), -1, null)`],
    ...(isEvolved ? [['extra', 'cast(id AS int)'] as const] : []),
  ]
  const nullable = items.map(([name, sql], at) => (at === 0 ? `id` : `if(id % 17 = ${at}, null, ${sql}) AS ${name}`))
  return `SELECT ${nullable.join(', ')} FROM range(${from}, ${to})`
}

const types = `id bigint, flag boolean, small int, single float, ratio double, price decimal(9, 2), wide decimal(38, 10), name string, day date,
  at timestamp_ntz, moment timestamp, data binary, tags array<string>, place struct<city: string, at: struct<x: int>>,
  steps array<struct<a: int, b: string>>, counts map<string, bigint>, codes map<int, string>`

let checks = 0
try {
  for (const version of [2, 3]) await runTable(version)
} finally {
  await spark.stop()
}
console.log(`${checks} readings by Spark and by Weir gave the same rows`)

async function runTable(version: number): Promise<void> {
  const table = `avro_${version}`
  const place = `w.public.${table}`
  const read = { ...columns }
  const mergeOnRead = ['delete', 'update', 'merge'].map((name) => `'write.${name}.mode' = 'merge-on-read'`).join(', ')
  const run = async (...statements: readonly string[]): Promise<void> => {
    for (const sql of statements) await spark.ask({ sql })
  }
  const same = (step: string): Promise<string> => compare(`version ${version}, ${step}`, table, read)
  await client.ensureNamespace(['public'])
  await run(
    `CREATE TABLE ${place} (${types}) USING iceberg PARTITIONED BY (days(moment), bucket(4, id)) TBLPROPERTIES ('format-version' = '${version}',
      'write.format.default' = 'avro', 'write.delete.format.default' = 'avro', 'write.distribution-mode' = 'none', ${mergeOnRead})`,
    `INSERT INTO ${place} ${rowsOf(0, 60)}`,
  )
  const first = await same('written')
  await run(`DELETE FROM ${place} WHERE id % 7 = 3`)
  await same('deleted by position')
  await run(
    `ALTER TABLE ${place} RENAME COLUMN name TO label`,
    `ALTER TABLE ${place} RENAME COLUMN place.city TO town`,
    `ALTER TABLE ${place} ADD COLUMN extra int`,
    `ALTER TABLE ${place} ADD COLUMN place.zip int`,
    `ALTER TABLE ${place} ADD COLUMN place.at.y bigint FIRST`,
    ...['small TYPE bigint', 'single TYPE double', 'price TYPE decimal(18, 2)'].map(
      (change) => `ALTER TABLE ${place} ALTER COLUMN ${change}`,
    ),
    `ALTER TABLE ${place} DROP COLUMN flag`,
    `ALTER TABLE ${place} ALTER COLUMN label FIRST`,
  )
  delete read['flag']
  delete read['name']
  read['label'] = 'label'
  read['extra'] = 'extra'
  await same('evolved at every depth')
  const names = `(id, small, single, ratio, price, wide, label, day, at, moment, data, tags, place, steps, counts, codes, extra)`
  await run(`INSERT INTO ${place} ${names} ${rowsOf(60, 90, true)}`)
  await same('written after that')
  await run(`UPDATE ${place} SET label = 'changed', extra = -1 WHERE id % 11 = 2`)
  await same('updated')
  await run(
    `MERGE INTO ${place} t USING (SELECT id AS k FROM range(80, 100)) s ON t.id = s.k WHEN MATCHED AND s.k % 2 = 0 THEN DELETE
      WHEN MATCHED THEN UPDATE SET label = 'merged' WHEN NOT MATCHED THEN INSERT (id, label) VALUES (s.k, 'new')`,
    `ALTER TABLE ${place} ADD PARTITION FIELD truncate(2, label)`,
    `INSERT INTO ${place} ${names} ${rowsOf(100, 120, true)}`,
  )
  await same('merged into, and partitioned by one field more')
  mustHave(table, await formats(table), ['AVRO'])
  await asWritten(version, table, first)

  await runSql(postgres, `delete from ${table} where id % 13 = 4`)
  await runSql(postgres, `update ${table} set label = 'by Weir', extra = null where id % 10 = 6`)
  await runSql(
    postgres,
    `merge into ${table} t using range(115, 125) s(k) on t.id = s.k when matched then update set extra = 7 when not matched then insert (id, label) values (s.k, 'Weir')`,
  )
  const changed = await same("deleted, updated and merged by Weir's SQL")
  const lineage = `SELECT id${version === 3 ? ', _row_id, _last_updated_sequence_number' : ''} FROM ${place} ORDER BY id`
  const before = await spark.ask({ sql: lineage })
  const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
  execFileSync(process.execPath, [main, 'compact', table, '--dir', weir.folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if ((await same('compacted by Weir')) !== changed) throw new Error(`${table}: compaction has changed rows`)
  if (JSON.stringify(await spark.ask({ sql: lineage })) !== JSON.stringify(before))
    throw new Error(`${table}: compaction has changed the lineage of rows`)
  mustHave(table, await formats(table), ['PARQUET'])
  await asWritten(version, table, first)
}

/** The entries of a map have no order, and Spark's come in that of a hash: here by their keys. */
function lineOf(row: unknown): string {
  return JSON.stringify(row, (_, value: unknown) => {
    if (!isMap(value)) return value
    const entries = value.keys.map((key, at) => [key, value.values[at]] as const)
    const sorted = entries.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))
    return { keys: sorted.map(([key]) => key), values: sorted.map(([, one]) => one) }
  })
}

function isMap(value: unknown): value is { readonly keys: readonly unknown[]; readonly values: readonly unknown[] } {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'keys') && Object.hasOwn(value, 'values')
}

/** The digest of the rows that both read. */
async function compare(
  step: string,
  table: string,
  read: Readonly<Record<string, string>>,
  moments: { readonly spark: string; readonly weir: string } = { spark: '', weir: '' },
): Promise<string> {
  const theirs = (
    await spark.ask({ sql: `SELECT ${Object.keys(read).join(', ')} FROM w.public.${table}${moments.spark}` })
  ).map(lineOf)
  const items = Object.entries(read).map(([name, sql]) => `'${name}', ${sql}`)
  const { rows } = await runSql(
    postgres,
    `select json_object(${items.join(', ')})::varchar from ${table}${moments.weir}`,
  )
  const ours = rows.map(([row]) => lineOf(JSON.parse(row!)))
  const [expected, found] = [rowsDigest(theirs), rowsDigest(ours)]
  if (expected !== found) throw new Error(`${step}: ${firstDifference(theirs, ours)}`)
  console.log(`${step}: Spark and Weir read the same ${ours.length} rows`)
  checks++
  return found
}

/** The first snapshot still has the rows that were written first. */
async function asWritten(version: number, table: string, first: string): Promise<void> {
  const { metadata } = await client.loadTable({ namespace: ['public'], name: table })
  const id = String(metadata.snapshots![0]!['snapshot-id'])
  const moments = { spark: ` VERSION AS OF ${id}`, weir: ` for version as of ${id}` }
  const then = await compare(`version ${version}, as first written`, table, columns, moments)
  if (then !== first) throw new Error(`${table}: the first snapshot has other rows than it had`)
}

async function formats(table: string): Promise<readonly string[]> {
  const { metadata } = await client.loadTable({ namespace: ['public'], name: table })
  const { dataFiles } = await planScan({ metadata, store })
  return [...new Set(dataFiles.map(({ format }) => format))]
}

function mustHave(table: string, found: readonly string[], expected: readonly string[]): void {
  if (found.join() !== expected.join())
    throw new Error(`${table} has files in ${found.join(' and ')}, not ${expected.join()}`)
}

function firstDifference(theirs: readonly string[], ours: readonly string[]): string {
  const byId = (lines: readonly string[]): ReadonlyMap<number, string> =>
    new Map(
      lines.map((line) => {
        const row = JSON.parse(line) as Readonly<Record<string, unknown>>
        return [
          row['id'] as number,
          JSON.stringify(Object.fromEntries(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))),
        ]
      }),
    )
  const [spark, own] = [byId(theirs), byId(ours)]
  const id = [...new Set([...spark.keys(), ...own.keys()])].find((one) => spark.get(one) !== own.get(one))
  return `${theirs.length} and ${ours.length} rows; Spark reads ${id === undefined ? 'others' : spark.get(id)}, Weir ${id === undefined ? 'others' : own.get(id)}`
}
