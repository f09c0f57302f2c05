import assert from 'node:assert/strict'
import { mkdtemp, mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { boundedColumns } from '../../../test/support/bounded-columns.ts'
import type { DataFile } from '../manifest/data-file.ts'
import { duckdbType } from '../types/duckdb-type.ts'
import { parseType } from '../types/parse-type.ts'
import { fieldsById, schemaOf } from '../types/schema.ts'
import { copySql } from '../write/copy.ts'
import { dataFilesOfCopy, type CopyRow } from '../write/copy-result.ts'
import { valueOfText } from '../types/single-value.ts'
import { fileMatcher, type ColumnValue, type FileCondition, type FileFilter } from './file-filter.ts'

const tests = ['<', '<=', '=', '>=', '>'] as const

void test('a file is left out only when it has no such row, for every type, value and comparison', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'weir-conditions-'))
  const instance = await DuckDBInstance.create(':memory:')
  const db = await instance.connect()
  await db.run(`SET TimeZone = 'UTC'`)
  let [asked, skipped] = [0, 0]
  try {
    for (const [type, group] of Map.groupBy(boundedColumns, (column) => column.type)) {
      const schema = schemaOf([{ name: 'v', type }])
      const columns = fieldsById(schema.fields)
      const sqlType = duckdbType(parseType(type))
      const files: { readonly path: string; readonly file: DataFile }[] = []
      for (const [at, { values }] of group.entries()) {
        const directory = join(folder, `${type}-${at}`)
        await mkdir(directory)
        const source = `(SELECT unnest([${values.map((value) => `CAST(${value} AS ${sqlType})`).join(', ')}]) AS v)`
        const rows = await db.runAndReadAll(copySql({ schema, spec: { 'spec-id': 0, fields: [] }, source, directory }))
        const copied = rows.getRowObjectsJson() as unknown as CopyRow[]
        const location = () => ''
        const [written] = dataFilesOfCopy(copied, { schema, spec: { 'spec-id': 0, fields: [] }, location })
        files.push({ path: written!.localPath, file: written!.file })
      }
      // Every value of the type against every file: what a query asks is printed by DuckDB itself.
      const print = type === 'binary' ? 'hex(v)' : 'v::VARCHAR'
      const every = group.flatMap(({ values }) => values.map((value) => `CAST(${value} AS ${sqlType})`)).join(', ')
      const printed = await db.runAndReadAll(`SELECT v, ${print} AS text FROM (SELECT unnest([${every}]) AS v)`)
      const texts = printed.getColumns()[1] as (string | null)[]
      for (const { path, file } of files) {
        const counts = tests.map((each) => `count(*) FILTER (f.v ${each} q.v)`).join(', ')
        const found = await db.runAndReadAll(
          `SELECT q.i, ${counts}, count(*) FILTER (f.v IS NULL), count(*) FILTER (f.v IS NOT NULL)
           FROM read_parquet('${path}') f, (SELECT unnest([${every}]) AS v, generate_subscripts([${every}], 1) AS i) q
           GROUP BY q.i`,
        )
        for (const [index, ...matches] of found.getRows()) {
          const value = texts[Number(index) - 1]
          const typed = value === null || value === undefined ? undefined : typedValue(type, value)
          const conditions: readonly FileCondition[] = [
            ...tests.map((each) => ({ fieldId: 1, test: each, value: typed ?? '' })),
            { fieldId: 1, test: 'is null' },
            { fieldId: 1, test: 'is not null' },
          ]
          for (const [at, condition] of conditions.entries()) {
            if (value === null && at < tests.length) continue
            const kept = fileMatcher(condition, columns)(file)
            asked++
            if (!kept) skipped++
            assert.ok(kept || Number(matches[at]) === 0, `${type} ${condition.test} ${value}: ${path} has such a row`)
          }
        }
      }
    }
    assert.ok(asked > 1000 && skipped > asked / 5, `${skipped} of ${asked} left out`)
  } finally {
    db.closeSync()
    instance.closeSync()
    await rm(folder, { recursive: true })
  }
})

/** A float is printed with fewer digits than it has as a double. */
function typedValue(type: string, text: string): ColumnValue {
  const value = valueOfText(type, text)
  return type === 'float' ? Math.fround(value as number) : value
}

const plainFile: DataFile = {
  content: 'data',
  location: 'x',
  format: 'PARQUET',
  specId: 0,
  partition: [],
  recordCount: 3,
  sizeBytes: 1,
}
const columnsOf = (type: string) => fieldsById(schemaOf([{ name: 'v', type }]).fields)
const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}
const bounded: DataFile = {
  ...plainFile,
  valueCounts: new Map([[1, 3]]),
  nullCounts: new Map([[1, 0]]),
  lowerBounds: new Map([[1, int(10)]]),
  upperBounds: new Map([[1, int(20)]]),
}

void test('what can be left out is: values beyond the bounds, nulls where there are none, columns of nulls', () => {
  const matches = (file: DataFile, ...all: FileFilter[]) => fileMatcher({ all }, columnsOf('long'))(file)
  const compare = (each: (typeof tests)[number], value: number): FileCondition => ({
    fieldId: 1,
    test: each,
    value: BigInt(value),
  })
  // The file is from before the column was widened to long: its bounds have four bytes.
  for (const [each, value] of [
    ['<', 10],
    ['<=', 9],
    ['=', 9],
    ['=', 21],
    ['>', 20],
    ['>=', 21],
  ] as const)
    assert.equal(matches(bounded, compare(each, value)), false, `${each} ${value}`)
  for (const [each, value] of [
    ['<', 11],
    ['<=', 10],
    ['=', 10],
    ['>', 19],
    ['>=', 20],
  ] as const)
    assert.equal(matches(bounded, compare(each, value)), true, `${each} ${value}`)
  assert.equal(matches(bounded, compare('>', 12), compare('<', 15)), true)
  assert.equal(matches(bounded, compare('>', 12), compare('<', 5)), false)
  assert.equal(matches(bounded, { any: [compare('>', 20), compare('<', 12)] }), true)
  assert.equal(matches(bounded, { any: [compare('>', 20), compare('<', 10)] }), false)
  assert.equal(matches(bounded, { fieldId: 1, test: 'is null' }), false)
  const nulls = { ...plainFile, valueCounts: new Map([[1, 3]]), nullCounts: new Map([[1, 3]]) }
  assert.equal(matches(nulls, compare('=', 10)), false)
  assert.equal(matches(nulls, { fieldId: 1, test: 'is not null' }), false)
  assert.equal(matches(nulls, { fieldId: 1, test: 'is null' }), true)
})

void test('what a file does not say keeps it', () => {
  const keeps = (type: string, condition: FileCondition, file = bounded) =>
    assert.ok(fileMatcher(condition, columnsOf(type))(file), `${type} ${condition.test}`)
  keeps('long', { fieldId: 1, test: '=', value: 5n }, plainFile)
  keeps('long', { fieldId: 99, test: '=', value: 5n })
  keeps('list<int>', { fieldId: 2, test: '=', value: 5 })
  keeps('uuid', { fieldId: 1, test: '=', value: Buffer.alloc(16) })
  // NaN may be among the rows, and is above all.
  const doubles = { ...bounded, lowerBounds: new Map(), upperBounds: new Map([[1, Buffer.alloc(8)]]) }
  keeps('double', { fieldId: 1, test: '>', value: 5 }, doubles)
  keeps('double', { fieldId: 1, test: '=', value: NaN }, { ...doubles, nanCounts: new Map([[1, 0]]) })
  assert.equal(
    fileMatcher({ fieldId: 1, test: '>', value: 5 }, columnsOf('double'))({ ...doubles, nanCounts: new Map([[1, 0]]) }),
    false,
  )
})

void test('a value that a bucket cannot hold leaves out the files of that bucket, under the spec that has buckets', () => {
  const specs = [
    { 'spec-id': 0, fields: [] },
    { 'spec-id': 1, fields: [{ 'source-id': 1, 'field-id': 1000, name: 'v_bucket', transform: 'bucket[16]' }] },
  ]
  const value = 34n
  const bucket = 2017239379 % 16
  const keeps = (file: Partial<DataFile>, condition: FileCondition) =>
    fileMatcher(condition, columnsOf('long'), specs)({ ...plainFile, ...file })
  const asked: FileCondition = { fieldId: 1, test: '=', value }
  assert.equal(keeps({ specId: 1, partition: [bucket] }, asked), true)
  for (const other of [bucket + 1, null]) assert.equal(keeps({ specId: 1, partition: [other] }, asked), false)
  assert.equal(keeps({ specId: 0, partition: [] }, asked), true)
  assert.equal(keeps({ specId: 7, partition: [bucket + 1] }, asked), true)
  assert.equal(keeps({ specId: 1, partition: [bucket + 1] }, { ...asked, test: '<=' }), true)
  assert.equal(keeps({ specId: 1, partition: [bucket + 1] }, { ...asked, fieldId: 2 }), true)
})
