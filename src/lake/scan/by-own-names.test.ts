import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchDuckdb } from '../../../test/support/scratch-duckdb.ts'
import { seededRandom, type Random } from '../../../test/support/seeded-random.ts'
import { duckdbFieldIds, duckdbType, identifier, literal } from '../types/duckdb-type.ts'
import type { Field, IcebergType, Schema } from '../types/type.ts'
import { byIdsSql, isToldByNames } from './by-ids.ts'
import { byOwnNames } from './by-own-names.ts'
import { fileRowsSql } from './file-rows.ts'
import { scanSql } from './scan-sql.ts'

const { folder, db } = await scratchDuckdb('own-names')

let files = 0
async function written(schema: Schema, rows: string): Promise<string> {
  const path = join(folder, `${files++}.parquet`)
  await db.run(`COPY (${rows}) TO '${path}' (FORMAT parquet, FIELD_IDS ${duckdbFieldIds(schema.fields)})`)
  return path
}

async function rowsOf(sql: string): Promise<unknown> {
  return (await db.runAndReadAll(sql)).getRowObjectsJson()
}

const schemaWith = (...fields: readonly Field[]): Schema => ({ type: 'struct', 'schema-id': 0, fields })
const fieldOf = (id: number, name: string, type: IcebergType): Field => ({ id, name, type, required: false })
const plain = schemaWith(fieldOf(1, 'id', 'long'), fieldOf(2, 'kind', 'string'))

void test('files whose footers name the columns are read by name, and DuckDB knows how many rows they have', async () => {
  const paths = [
    await written(plain, `SELECT 7::BIGINT AS id, 'a' AS kind`),
    await written(plain, `SELECT i AS id, 'b' AS kind FROM range(1000) t(i)`),
    await written(plain, `SELECT i AS id, 'c' AS kind FROM range(999) t(i)`),
  ]
  const sql = scanSql(plain, paths)
  assert.doesNotMatch(sql, /schema = MAP/)
  const [[, plan] = []] = (await db.runAndReadAll(`EXPLAIN ${sql}`)).getRows()
  // The first file has one row, and is not taken for the measure of the others.
  assert.match(String(plan), /~(2,997|3,000) rows/)
})

void test('files without ids, with some, with names that differ in case alone, with names of ours, and those not there are not', async () => {
  const path = join(folder, `${files++}.parquet`)
  const partly = schemaWith(
    fieldOf(2, 's', { type: 'struct', fields: [fieldOf(3, 'a', 'int'), fieldOf(4, 'b', 'int')] }),
  )
  const others = [
    `COPY (SELECT 1 AS id) TO '${path}' (FORMAT parquet)`,
    `COPY (SELECT {'a': 1, 'b': 2} AS s) TO '${path}' (FORMAT parquet, FIELD_IDS {s: {__duckdb_field_id: 2, a: 3}})`,
    `COPY (SELECT 1 AS file_row_number) TO '${path}' (FORMAT parquet, FIELD_IDS {file_row_number: 1})`,
  ]
  for (const [at, sql] of others.entries()) {
    const own = path.replace('.parquet', `-${at}.parquet`)
    await db.run(sql.replace(path, own))
    assert.deepEqual(byOwnNames([{ path: own }]), { named: [], others: [{ path: own }] }, sql)
    if (at === 1) assert.deepEqual(await rowsOf(scanSql(partly, [own])), [{ s: { a: 1, b: 2 } }])
  }
  const gone = { path: join(folder, 'gone.parquet') }
  assert.deepEqual(byOwnNames([gone]), { named: [], others: [gone] })
})

void test('INV-L7: columns whose names differ in case alone each have their own values', async () => {
  const before = schemaWith(fieldOf(1, 'ab', 'int'), fieldOf(2, 'ac', 'int'))
  const path = await written(before, 'SELECT 1 AS ab, 2 AS ac')
  const bytes = await readFile(path)
  await writeFile(path, Buffer.from(bytes.toString('latin1').replaceAll('ac', 'AB'), 'latin1'))
  const now = schemaWith(fieldOf(2, 'second', 'int'), fieldOf(1, 'first', 'int'))
  assert.deepEqual(await rowsOf(scanSql(now, [path], [before, now])), [{ second: 2, first: 1 }])
})

void test('INV-L7: a file in the place of another, of a table that was made anew, is read by its own footer', async () => {
  const path = join(folder, `${files++}.parquet`)
  const values: unknown[] = []
  for (const [first, second] of [
    [1, 2],
    [2, 1],
  ] as const) {
    const select = `SELECT 'of ${first}' AS a, 'of ${second}, more' AS b FROM range(${first * 10})`
    await db.run(`COPY (${select}) TO '${path}' (FORMAT parquet, FIELD_IDS {a: ${first}, b: ${second}})`)
    const plainFile = { content: 'data', location: path, format: 'PARQUET', specId: 0, partition: [] } as const
    const file = { ...plainFile, recordCount: first * 10, sizeBytes: (await readFile(path)).length, sequenceNumber: 1 }
    const schema = schemaWith(fieldOf(1, 'x', 'string'))
    values.push(
      await rowsOf(`SELECT DISTINCT * FROM (${fileRowsSql([{ path, file }], { schema, schemas: [schema] })})`),
    )
  }
  assert.deepEqual(values, [[{ c1: 'of 1' }], [{ c1: 'of 1, more' }]])
})

void test('columns of the same kind that mean other types are scans of their own', async () => {
  const [zoned, local] = ['timestamptz', 'timestamp'].map((type) => schemaWith(fieldOf(1, 'at', type)))
  await db.run(`SET TimeZone = 'Asia/Tokyo'`)
  const moment = `'2024-02-29 12:00:00'`
  const paths = [
    await written(local!, `SELECT ${moment}::TIMESTAMP AS at`),
    await written(zoned!, `SELECT ${moment}::TIMESTAMPTZ AS at`),
  ]
  for (const ordered of [paths, paths.toReversed()])
    for (const schema of [local!, zoned!])
      assert.deepEqual(
        await rowsOf(`SELECT DISTINCT CAST("at" AS VARCHAR) AS "at" FROM (${scanSql(schema, ordered)})`),
        [{ at: schema === zoned ? '2024-02-29 12:00:00+09' : '2024-02-29 12:00:00' }],
      )
  await db.run(`SET TimeZone = 'UTC'`)
})

/** A table whose schema changes, and what each file of it was written under. */
interface Evolving {
  schema: Schema
  readonly schemas: Schema[]
  lastId: number
  /** Names that are free again. */
  readonly names: string[]
}

const widened: Readonly<Record<string, string>> = { int: 'long', float: 'double', 'decimal(5, 2)': 'decimal(9, 2)' }
const types = ['int', 'long', 'float', 'double', 'decimal(5, 2)', 'string', 'date', 'timestamptz', 'boolean']

/** Every value is told by the field's id and the row's number alone, whatever the field is called and however wide it is. */
function valueSql(type: IcebergType, id: number): string {
  const nullEvery = (sql: string): string => `CASE WHEN (n + ${id}) % 5 = 0 THEN NULL ELSE ${sql} END`
  if (typeof type === 'string') return nullEvery(primitiveSql(type, `(n * 31 + ${id})`))
  if (type.type === 'list')
    return nullEvery(`[${valueSql(type.element, type['element-id'])}, NULL]::${duckdbType(type)}`)
  if (type.type === 'map')
    return nullEvery(`MAP {'k' || n: ${valueSql(type.value, type['value-id'])}}::${duckdbType(type)}`)
  const members = type.fields.map((field) => `${identifier(field.name)} := ${valueSql(field.type, field.id)}`)
  return nullEvery(`struct_pack(${members.join(', ')})`)
}

function primitiveSql(type: string, number: string): string {
  if (type === 'string') return `'text ' || ${number}`
  if (type === 'boolean') return `${number} % 2 = 0`
  if (type === 'date') return `DATE '2024-01-01' + (${number} % 900)::INTEGER`
  if (type === 'timestamptz') return `TIMESTAMPTZ '2024-01-01 00:00:00+00' + ${number} * INTERVAL 1 HOUR`
  return `(${number} % 100 / 4)::${duckdbType(type)}`
}

/** The same value under the present type: of fields that a file has not, null. */
function expectedSql(type: IcebergType, id: number, had: ReadonlySet<number>): string {
  if (!had.has(id)) return `CAST(NULL AS ${duckdbType(type)})`
  const nullEvery = (sql: string): string => `CASE WHEN (n + ${id}) % 5 = 0 THEN NULL ELSE ${sql} END`
  if (typeof type === 'string') {
    const narrow = Object.keys(widened).find((each) => widened[each] === type)
    // A quarter is exact in each of them, and whole numbers are cut as the narrow type cuts them.
    return nullEvery(primitiveSql(type === 'long' ? 'int' : (narrow ?? type), `(n * 31 + ${id})`))
  }
  if (type.type === 'list')
    return nullEvery(`[${expectedSql(type.element, type['element-id'], had)}, NULL]::${duckdbType(type)}`)
  if (type.type === 'map')
    return nullEvery(`MAP {'k' || n: ${expectedSql(type.value, type['value-id'], had)}}::${duckdbType(type)}`)
  const members = type.fields.map((f) => `${identifier(f.name)} := ${expectedSql(f.type, f.id, had)}`)
  return nullEvery(`struct_pack(${members.join(', ')})`)
}

function idsOf(type: IcebergType): readonly number[] {
  if (typeof type === 'string') return []
  if (type.type === 'list') return [type['element-id'], ...idsOf(type.element)]
  if (type.type === 'map') return [type['key-id'], type['value-id'], ...idsOf(type.value)]
  return type.fields.flatMap((field) => [field.id, ...idsOf(field.type)])
}

function newType(table: Evolving, random: Random, depth: number): IcebergType {
  const kind = depth >= 2 ? 0 : random.pick(8)
  if (kind === 1)
    return { type: 'struct', fields: [newField(table, random, depth + 1), newField(table, random, depth + 1)] }
  if (kind === 2) {
    const id = ++table.lastId
    return { type: 'list', 'element-id': id, element: newType(table, random, depth + 1), 'element-required': false }
  }
  if (kind === 3) {
    const id = (table.lastId += 2)
    const value = newType(table, random, depth + 1)
    return { type: 'map', 'key-id': id - 1, key: 'string', 'value-id': id, value, 'value-required': false }
  }
  return types[random.pick(types.length)]!
}

/** Under a name that another had, as often as not. */
function newName(table: Evolving, random: Random): string {
  if (table.names.length > 0 && random.pick(2) === 0) return table.names.splice(random.pick(table.names.length), 1)[0]!
  return `f${table.lastId}${random.pick(2) === 0 ? '' : ' "Q'}`
}

function newField(table: Evolving, random: Random, depth = 0): Field {
  const id = ++table.lastId
  const name = newName(table, random)
  return fieldOf(id, name, newType(table, random, depth))
}

/** One change of one level. */
function changed(table: Evolving, fields: readonly Field[], random: Random): readonly Field[] {
  const at = random.pick(fields.length)
  const field = fields[at]!
  const one = (made: Partial<Field>): readonly Field[] => fields.with(at, { ...field, ...made })
  switch (random.pick(6)) {
    case 0: {
      const name = newName(table, random)
      table.names.push(field.name)
      return one({ name })
    }
    case 1:
      if (fields.length === 1) return fields
      table.names.push(field.name)
      return fields.toSpliced(at, 1)
    case 2:
      return [...fields, newField(table, random, 1)]
    case 3:
      return [...fields.slice(at), ...fields.slice(0, at)]
    default:
      return one({ type: changedType(table, field.type, random) })
  }
}

function changedType(table: Evolving, type: IcebergType, random: Random): IcebergType {
  if (typeof type === 'string') return widened[type] ?? type
  if (type.type === 'list') return { ...type, element: changedType(table, type.element, random) }
  if (type.type === 'map') return { ...type, value: changedType(table, type.value, random) }
  return { ...type, fields: changed(table, type.fields, random) }
}

/** Names of one level are one another's only once. */
function isSound(fields: readonly Field[]): boolean {
  const below = (type: IcebergType): boolean => {
    if (typeof type === 'string') return true
    if (type.type === 'list') return below(type.element)
    return type.type === 'map' ? below(type.value) : isSound(type.fields)
  }
  return (
    new Set(fields.map(({ name }) => name.toLowerCase())).size === fields.length &&
    fields.every(({ type }) => below(type))
  )
}

void test('INV-L7: however the schema has changed, files read by name and by id have the same rows, and those that were written', async () => {
  const seed = Math.floor(Math.random() * 2 ** 32)
  const random = seededRandom(seed)
  let compared = 0
  for (let round = 0; round < 12; round++) {
    const table: Evolving = { schema: plain, schemas: [], lastId: 0, names: [] }
    table.schema = schemaWith(...Array.from({ length: 4 }, () => newField(table, random)))
    table.schemas.push(table.schema)
    const made: { readonly path: string; readonly had: ReadonlySet<number>; readonly from: number }[] = []
    for (let step = 0; step < 6; step++) {
      const from = made.length * 20
      const items = table.schema.fields.map(({ id, name, type }) => `${valueSql(type, id)} AS ${identifier(name)}`)
      const path = await written(table.schema, `SELECT ${items.join(', ')} FROM range(${from}, ${from + 20}) t(n)`)
      made.push({ path, had: new Set(idsOf(table.schema)), from })
      for (let change = random.pick(3); change > 0; change--) {
        const fields = changed(table, table.schema.fields, random)
        if (!isSound(fields)) continue
        table.schema = { ...schemaWith(...fields), 'schema-id': table.schemas.length }
        table.schemas.push(table.schema)
      }
    }
    const { schema, schemas } = table
    const paths = made.map(({ path }) => path)
    const columns = schema.fields.map(({ id }) => `c${id}`).join(', ')
    const rows = async (sql: string): Promise<unknown> =>
      rowsOf(`SELECT ${columns} FROM (${sql}) ORDER BY parse_filename(weir_file, true)::INT, file_row_number`)
    const sql = fileRowsSql(
      paths.map((path) => ({ path })),
      { schema, schemas, isNumbered: true },
    )
    const context = `seed ${seed}, round ${round}: ${JSON.stringify(schemas)}`
    assert.doesNotMatch(sql, /schema = MAP/, context)
    const read = await rows(sql)
    const expected = made.map(({ path, had, from }) => {
      const items = schema.fields.map(
        ({ id, type }) => `CAST(${expectedSql(type, id, had)} AS ${duckdbType(type)}) AS c${id}`,
      )
      return `SELECT ${items.join(', ')}, ${literal(path)} AS weir_file, n - ${from} AS file_row_number FROM range(${from}, ${from + 20}) t(n)`
    })
    assert.deepEqual(read, await rows(expected.join(' UNION ALL ')), context)
    if (!isToldByNames(schema, schemas)) continue
    compared++
    assert.deepEqual(read, await rows(byIdsSql(schema, paths, schemas, true)), context)
  }
  assert.ok(compared > 0, `seed ${seed}: nothing was read by ids`)
})
