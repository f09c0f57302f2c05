import { execFileSync } from 'node:child_process'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { schemaOf } from '../../src/lake/types/schema.ts'
import { kit } from '../../tools/conformance/kit.ts'
import { boundedColumns } from '../support/bounded-columns.ts'
import { appendRows, valuesOf } from './append-rows.ts'
import { runPyIceberg } from './kit-python.ts'
import { partitionedColumns } from './partitioned-columns.ts'

/**
 * Bounds and partitions as PyIceberg understands them: `node test/conformance/iceberg-bounds.ts CATALOG`. One file holds
 * every column whose bounds go wrong easily; PyIceberg must find each value again when it asks for it, which it does not
 * when a bound leaves the value out. Then a table for each transform and type: PyIceberg's transform of every value must
 * be the partition of its file.
 */
const [address = ''] = process.argv.slice(2)
const client = connectCatalog({ uri: address })
await client.ensureNamespace(['public'])

const columns = boundedColumns.map(({ type }, at) => ({ name: `c${at}`, type }))
const bounds = await client.createTable(['public'], { name: 'bounds', schema: schemaOf(columns) })
// Columns have values of different number; the shorter ones end in nulls, which bounds leave out.
const lists = boundedColumns.map(({ type, values }, at) => valuesOf(type, values, `c${at}`))
await appendRows(client, bounds, `SELECT ${lists.join(', ')}`)

for (const [at, { type, transform, values }] of partitionedColumns.entries()) {
  const table = await client.createTable(['public'], {
    name: `partitions_${at}`,
    schema: schemaOf([{ name: 'v', type }]),
    partition: [{ 'source-id': 1, name: 'p', transform }],
  })
  await appendRows(client, table, `SELECT ${valuesOf(type, [...values, 'NULL'], 'v')}`)
}

// The kit's own reader first: it brings PyIceberg along.
execFileSync(`${kit}/iceberg/pyiceberg.sh`, [address, '--read', 'public.bounds'], {
  stdio: ['ignore', 'ignore', 'inherit'],
})
runPyIceberg('iceberg-bounds.py', [address, 'public.bounds', String(columns.length)])
runPyIceberg('iceberg-partitions.py', [address, 'public.partitions_', String(partitionedColumns.length)])
