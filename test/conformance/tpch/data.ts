import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fetchedOnce, pythonWith } from '../../../tools/conformance/fetched.ts'
import { type TpchTable, tpchTableNames } from './tables.ts'

const generator = 'tpchgen-cli==4.0.0'

/** A Parquet file of each table, made once and kept in the cache: 0.4 GB at scale 1. */
export function tpchFiles(scale: number): Readonly<Record<TpchTable, string>> {
  const folder = fetchedOnce(`tpch-${scale}`, (target) => {
    const command = join(pythonWith('tpchgen', [generator]), '../tpchgen-cli')
    execFileSync(command, ['parquet', '--scale-factor', String(scale), '--output-dir', target], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  })
  return Object.fromEntries(tpchTableNames.map((name) => [name, join(folder, `${name}.parquet`)])) as Readonly<
    Record<TpchTable, string>
  >
}
