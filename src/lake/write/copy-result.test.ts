import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { boundedColumns, type BoundedColumn } from '../../../test/support/bounded-columns.ts'
import type { DataFile } from '../manifest/data-file.ts'
import { duckdbType } from '../types/duckdb-type.ts'
import { parseType } from '../types/parse-type.ts'
import { schemaOf } from '../types/schema.ts'
import { compareValues, valueOfSingle } from '../types/single-value.ts'
import { copySql } from './copy.ts'
import { dataFilesOfCopy, type CopyRow } from './copy-result.ts'

const spec = { 'spec-id': 0, fields: [] }

/** The files that DuckDB writes, each for one column of values, as manifests describe them. */
async function written(columns: readonly Pick<BoundedColumn, 'type' | 'values'>[]): Promise<readonly DataFile[]> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-bounds-'))
  const instance = await DuckDBInstance.create(':memory:')
  const db = await instance.connect()
  try {
    // Bounds are in UTC whatever the session's zone is.
    await db.run(`SET TimeZone = 'Asia/Kathmandu'`)
    const files: DataFile[] = []
    for (const { type, values } of columns) {
      const schema = schemaOf([{ name: 'value', type }])
      const items = values.map((value) => `CAST(${value} AS ${duckdbType(parseType(type))})`)
      const source = `(SELECT unnest([${items.join(', ')}]) AS value)`
      const rows = await db.runAndReadAll(copySql({ schema, spec, source, directory: folder }))
      const found = dataFilesOfCopy(rows.getRowObjectsJson() as unknown as CopyRow[], {
        schema,
        spec,
        location: () => 'x',
      })
      files.push(found[0]!.file)
    }
    return files
  } finally {
    db.closeSync()
    instance.closeSync()
    await rm(folder, { recursive: true })
  }
}

void test('INV-L6: bounds are those of the specification, wherever they go wrong easily', async () => {
  const files = await written(boundedColumns)
  for (const [at, { type, values, lower, upper }] of boundedColumns.entries()) {
    const { lowerBounds, upperBounds } = files[at]!
    const found = { lower: lowerBounds!.get(1)?.toString('hex'), upper: upperBounds!.get(1)?.toString('hex') }
    assert.deepEqual(found, { lower, upper }, `${type}: ${values.join(', ').slice(0, 80)}`)
    if (lower === undefined || upper === undefined) continue
    const [least, most] = [lowerBounds, upperBounds].map((bounds) => valueOfSingle(type, bounds!.get(1)!))
    const name = type.replace(/\(.*/, '') as Parameters<typeof compareValues>[0]
    assert.ok(compareValues(name, least!, most!) <= 0, `${type}: bounds the wrong way round`)
  }
})

void test('counts of values, nulls and NaN are those of the rows; a count that is not known is not stated', async () => {
  const [numbers, rest] = await written([
    { type: 'double', values: ["'nan'", '1', 'NULL', 'NULL'] },
    { type: 'double', values: ['1', 'NULL'] },
  ])
  assert.deepEqual([numbers!.recordCount, numbers!.valueCounts!.get(1), numbers!.nullCounts!.get(1)], [4, 4, 2])
  assert.equal(numbers!.nanCounts!.get(1), undefined)
  assert.equal(rest!.nanCounts!.get(1), 0)
})

void test('fields of structs have bounds, elements of lists and maps have none', async () => {
  const [file] = await written([
    {
      type: 'struct<a: int, b: struct<c: double>, tags: list<int>, m: map<string, int>>',
      values: [`{'a': 7, 'b': {'c': -0.0}, 'tags': [1, 2], 'm': MAP {'k': 1}}`],
    },
  ])
  // Ids: value 1, a 2, b 3, tags 4, m 5, c 6, element 7, key 8, value 9.
  assert.deepEqual(new Set(file!.lowerBounds!.keys()), new Set([2, 6]))
  assert.deepEqual(new Set(file!.upperBounds!.keys()), new Set([2, 6]))
  assert.equal(file!.lowerBounds!.get(2)!.readInt32LE(), 7)
  assert.equal(file!.valueCounts!.get(7), 2)
})

void test("DuckDB's endless dates have no bounds, dates beyond JavaScript's calendar do", async () => {
  const [endless, far, before] = await written([
    { type: 'timestamp', values: ["'-infinity'", "'infinity'"] },
    { type: 'date', values: ["'290000-01-01'", "'5881580-07-10'"] },
    { type: 'timestamptz', values: ["'0044-03-15 (BC) 12:00:00+00'"] },
  ])
  assert.deepEqual([endless!.lowerBounds!.size, endless!.upperBounds!.size], [0, 0])
  assert.equal(far!.upperBounds!.get(1)!.readInt32LE(), 2147483646)
  assert.equal(before!.lowerBounds!.get(1)!.readBigInt64LE(), BigInt(Date.UTC(-43, 2, 15, 12)) * 1000n)
})
