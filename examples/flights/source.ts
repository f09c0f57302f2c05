import { DuckDBInstance } from '@duckdb/node-api'
import { execFileSync } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Real flights of the first half of 2001: 3,000,000 rows, from the npm package vega-datasets. */
export const parquetPath = join(
  dirname(createRequire(import.meta.url).resolve('vega-datasets/package.json')),
  'data/flights-3m.parquet',
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
