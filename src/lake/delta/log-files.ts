import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deltaLogName } from './delta-log.ts'

/** The files of a Delta table's log, wherever it lies; names are relative to it, and only what `names` gave is asked for, or what lies in `_sidecars/`. */
export interface DeltaLogFiles {
  /** Of the log itself, in no order. */
  names(): Promise<readonly string[]>
  text(name: string): Promise<string>
  /** A local path where DuckDB finds a Parquet file of the log; for as long as `work` runs. */
  withParquet<Found>(name: string, work: (path: string) => Promise<Found>): Promise<Found>
}

/** The log of a table in a folder of this machine. */
export function localLog(folder: string): DeltaLogFiles {
  const log = join(folder, deltaLogName)
  return {
    names: () => readdir(log),
    text: (name) => readFile(join(log, name), 'utf8'),
    withParquet: (name, work) => work(join(log, name)),
  }
}
