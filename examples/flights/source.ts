import { DuckDBInstance } from '@duckdb/node-api'
import { execFileSync } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Real flights of the first half of 2001: 3,000,000 rows, from the npm package vega-datasets. */
export const parquetPath = fileURLToPath(
  new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url),
)

/** One JSON line a flight, in chunks as they come: DuckDB writes into a pipe that we read. */
export async function* flightLines(limit: number): AsyncIterable<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-flights-'))
  const pipe = join(folder, 'lines')
  execFileSync('mkfifo', [pipe])
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    const writing = connection.run(`copy (
      select strftime(date, '%Y-%m-%dT%H:%M:%S') as date, delay, distance, origin, destination
      from '${parquetPath}' limit ${limit}) to '${pipe}' (format json)`)
    for await (const chunk of createReadStream(pipe, { highWaterMark: 1 << 20 })) yield chunk as Buffer
    await writing
  } finally {
    connection.closeSync()
    instance.closeSync()
    rmSync(folder, { recursive: true, force: true })
  }
}
