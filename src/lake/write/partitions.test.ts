import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { openLocalLake } from '../../../test/support/local-lake.ts'
import { prepareAppend } from '../commit/prepare-append.ts'
import type { PartitionValue } from '../manifest/data-file.ts'
import { specById, tableSchema } from '../metadata/read.ts'
import { planScan } from '../scan/plan-scan.ts'
import { duckdbType } from '../types/duckdb-type.ts'
import { schemaOf } from '../types/schema.ts'
import { copySql } from './copy.ts'
import { dataFilesOfCopy, type CopyRow } from './copy-result.ts'
import { dataLocation } from './data-location.ts'

/** Type, transform, and each value (DuckDB's SQL) with the partition that it must lie in, as Iceberg's transforms have it. */
const cases: readonly (readonly [string, string, readonly (readonly [sql: string, partition: PartitionValue])[]])[] = [
  [
    'date',
    'identity',
    [
      ["'1969-12-31'", -1],
      ["'0001-01-01'", -719162],
      ['NULL', null],
    ],
  ],
  ['time', 'identity', [["'00:00:00.000001'", 1]]],
  [
    'timestamp',
    'identity',
    [
      ["'1969-12-31 23:59:59.999999'", -1],
      ["'2024-02-29 00:00:00'", 1709164800000000],
    ],
  ],
  // Local time of that zone had seconds then, which text leaves out.
  ['timestamptz', 'identity', [["'1899-12-31 00:00:00+00'", -2209075200000000]]],
  [
    'timestamptz',
    'day',
    [
      ["'2024-02-29 23:59:59.999999+00'", 19782],
      ["'1969-12-31 00:00:00+00'", -1],
    ],
  ],
  [
    'timestamp',
    'month',
    [
      ["'1969-12-31 00:00:00'", -1],
      ["'1970-02-01 00:00:00'", 1],
    ],
  ],
  [
    'timestamp',
    'year',
    [
      ["'1969-12-31 00:00:00'", -1],
      ["'9999-12-31 00:00:00'", 8029],
    ],
  ],
  [
    'timestamp',
    'hour',
    [
      ["'1969-12-31 23:59:59.999999'", -1],
      ["'9999-12-31 23:59:59.999999'", 70389527],
    ],
  ],
  [
    'int',
    'truncate[10]',
    [
      ['-1', -10],
      ['-10', -10],
      ['19', 10],
      ['-2147483648', 2147483646],
    ],
  ],
  [
    'long',
    'truncate[10]',
    [
      ['9223372036854775807', 9223372036854775800n],
      ['-9223372036854775808', 9223372036854775806n],
    ],
  ],
  [
    'decimal(9,2)',
    'truncate[50]',
    [
      ['-0.01', Buffer.of(0xce)],
      ['10.65', Buffer.of(0x04, 0x1a)],
    ],
  ],
  [
    'string',
    'truncate[2]',
    [
      ["'😀é漢'", '😀é'],
      ["''", ''],
    ],
  ],
  [
    'string',
    'identity',
    [
      ["''", ''],
      ["'a/b=c%'", 'a/b=c%'],
      ["'a' || chr(0) || 'b'", 'a\u0000b'],
      ["repeat('漢', 5000)", '漢'.repeat(5000)],
    ],
  ],
  [
    'binary',
    'identity',
    [
      ["'\\x00\\xFF'", Buffer.of(0, 255)],
      ["repeat('x', 5000)::BLOB", Buffer.alloc(5000, 'x')],
    ],
  ],
  // The specification's own values, by their hashes.
  [
    'long',
    'bucket[2147483647]',
    [
      ['34', 2017239379],
      ['NULL', null],
    ],
  ],
  ['date', 'bucket[100]', [["'2017-11-16'", bucket(-653330422)]]],
  [
    'timestamptz',
    'bucket[100]',
    [
      ["'2017-11-16 14:31:08-08'", bucket(-2047944441)],
      ["'2017-11-16 14:31:08.000001-08'", bucket(-1207196810)],
    ],
  ],
  ['decimal(9,2)', 'bucket[100]', [['14.20', bucket(-500754589)]]],
  ['string', 'bucket[100]', [["'iceberg'", bucket(1210000089)]]],
  ['uuid', 'bucket[100]', [["'f79c3e09-677c-4bbd-a479-3f349cb785e7'", bucket(1488055340)]]],
  ['binary', 'bucket[100]', [["'\\x00\\x01\\x02\\x03'", bucket(-188683207)]]],
  [
    'boolean',
    'identity',
    [
      ['true', true],
      ['false', false],
      ['NULL', null],
    ],
  ],
]

void test('each value lies in the partition that its transform says, whatever its length and characters', async () => {
  await using lake = await openLocalLake()
  await lake.client.ensureNamespace(['public'])
  const db = await (await DuckDBInstance.create(':memory:')).connect()
  await db.run(`SET TimeZone = 'Asia/Kathmandu'`)
  for (const [at, [type, transform, values]] of cases.entries()) {
    const what = `${type} by ${transform}`
    const { metadata, ident } = await lake.client.createTable(['public'], {
      name: `t${at}`,
      schema: schemaOf([{ name: 'größe 漢字', type }]),
      partition: [{ 'source-id': 1, name: `${'漢'.repeat(60)}_${transform}`, transform }],
    })
    const [schema, spec] = [tableSchema(metadata), specById(metadata, 0)]
    const directory = join(lake.folder, `copy-${at}`)
    await mkdir(directory)
    const items = values.map(([sql]) => `CAST(${sql} AS ${duckdbType(schema.fields[0]!.type)})`)
    const source = `(SELECT unnest([${items.join(', ')}]) AS "größe 漢字")`
    const rows = await db.runAndReadAll(copySql({ schema, spec, source, directory }))
    const files = dataFilesOfCopy(rows.getRowObjectsJson() as unknown as CopyRow[], {
      schema,
      spec,
      location: (partition) => dataLocation(metadata, spec, partition),
    })
    for (const { localPath, file } of files) await lake.store.adopt(localPath, file.location)
    const dataFiles = files.map(({ file }) => file)
    const outcome = await lake.client.commitTable(
      ident,
      await prepareAppend({ metadata, store: lake.store, dataFiles }),
    )
    assert.ok(outcome.outcome === 'committed', what)
    // As they come back from the manifest.
    const scan = await planScan({ metadata: outcome.table.metadata, store: lake.store })
    const found = scan.dataFiles.map(({ partition }) => comparable(type, partition[0]!))
    const wanted = new Set(values.map(([, partition]) => comparable(type, partition)))
    assert.deepEqual(new Set(found), wanted, what)
    assert.equal(found.length, wanted.size, `${what}: one file a partition`)
  }
})

/** Decimals come back with the sign carried on to the left. */
function comparable(type: string, value: PartitionValue): string {
  if (!Buffer.isBuffer(value)) return `${typeof value} ${String(value).slice(0, 9000)}`
  return type.startsWith('decimal')
    ? String(BigInt.asIntN(value.length * 8, BigInt(`0x${value.toString('hex')}`)))
    : value.toString('hex')
}

function bucket(hash: number): number {
  return (hash & 0x7fff_ffff) % 100
}
