// The reference of the delivery benchmark, in a process of its own: DuckDB's COPY of the same lines. Prints its CPU seconds.
import { DuckDBInstance } from '@duckdb/node-api'
import { columns } from './lines.ts'

const [source, target] = process.argv.slice(2)
const types: Readonly<Record<string, string>> = {
  long: 'BIGINT',
  timestamptz: 'TIMESTAMPTZ',
  string: 'VARCHAR',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
}
const shape = Object.entries(columns).map(([name, type]) => `'${name}': '${types[type]}'`)

const connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect()
const before = process.cpuUsage()
await connection.run(
  `COPY (SELECT * FROM read_json('${source}', format = 'newline_delimited', columns = {${shape.join(', ')}})) TO '${target}' (FORMAT parquet, COMPRESSION zstd)`,
)
const { user, system } = process.cpuUsage(before)
console.log((user + system) / 1e6)
