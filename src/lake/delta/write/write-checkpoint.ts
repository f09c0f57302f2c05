import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { under } from '../../../storage/objects/location.ts'
import type { ObjectStore } from '../../../storage/objects/object-store.ts'
import { parseJson, stringifyJson } from '../../json.ts'
import type { RowEngine } from '../../maintenance/compaction/row-engine.ts'
import type { TableMetadata } from '../../metadata/table-metadata.ts'
import { literal } from '../../types/duckdb-type.ts'
import { deltaLogName, newestSegment } from '../delta-log.ts'
import { checkpointColumns } from './checkpoint-columns.ts'
import { deltaRoot } from './delta-table.ts'
import { replayLog, type LoggedAction } from './replay-log.ts'

export interface CheckpointContext {
  readonly store: ObjectStore
  readonly engine: RowEngine
  /** Local, for the file on its way. */
  readonly folder: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** How long files that were taken out are still named, and how long commits stay that a checkpoint stands for, as Delta's engines have it. */
const removedMs = 7 * 86_400_000
const logMs = 30 * 86_400_000

/**
 * Writes a checkpoint of the newest version, durably, then the hint to it, then removes commits that a checkpoint of a month ago stands for. Answers the
 * version; undefined where it has one. `WEIR-4026` for a log with a gap. Killed at any moment, a reader finds the checkpoint of before or the new one.
 */
export async function writeCheckpoint(
  metadata: TableMetadata,
  context: CheckpointContext,
): Promise<number | undefined> {
  const { store, now } = context
  const log = under(deltaRoot(metadata), deltaLogName)
  const found: { readonly name: string; readonly modifiedMs: number }[] = []
  for await (const { location, modifiedMs } of store.list(under(log, '')))
    found.push({ name: location.slice(log.length + 1), modifiedMs })
  const { version, checkpoint, commits } = newestSegment(
    found.map(({ name }) => name),
    log,
  )
  if (commits.length === 0) return undefined
  const actions: LoggedAction[] = []
  for (const name of checkpoint) actions.push(...(await checkpointActions(under(log, name), context)))
  for (const name of commits) actions.push(...(await commitActions(under(log, name), store)))
  const rows = replayLog(actions, now() - removedMs)
  await writeRows(rows, under(log, `${digits(version)}.checkpoint.parquet`), context)
  // A hint: without it readers list the folder.
  await store.put(under(log, '_last_checkpoint'), Buffer.from(JSON.stringify({ version, size: rows.length })))
  for (const name of outdated(found, now() - logMs)) await store.remove(under(log, name))
  return version
}

async function commitActions(location: string, store: ObjectStore): Promise<readonly LoggedAction[]> {
  const lines = (await store.get(location)).toString().split('\n')
  try {
    return lines.filter((line) => line.trim() !== '').map((line) => parseJson(line) as LoggedAction)
  } catch (cause) {
    throw new WeirError('WEIR-4026', `${location} holds a line that is no action of a Delta log`, { cause })
  }
}

async function checkpointActions(
  location: string,
  { store, engine }: CheckpointContext,
): Promise<readonly LoggedAction[]> {
  const held = await store.hold(location)
  try {
    const file = literal(held.path)
    const rows = await engine.query(
      `SELECT to_json(c) AS line FROM read_parquet(${file}, hive_partitioning = false) AS c`,
    )
    return rows.map(({ line }) => parseJson(line as string) as LoggedAction)
  } finally {
    held.release()
  }
}

async function writeRows(rows: readonly LoggedAction[], location: string, context: CheckpointContext): Promise<void> {
  const { store, engine, folder } = context
  const own = join(folder, `checkpoint-${randomUUID()}`)
  await mkdir(own, { recursive: true })
  try {
    const [lines, file] = [join(own, 'actions.jsonl'), join(own, 'checkpoint.parquet')]
    await writeFile(lines, rows.map((row) => `${stringifyJson(row)}\n`).join(''))
    const columns = Object.entries(checkpointColumns).map(([name, type]) => `${name}: ${literal(type)}`)
    await engine.query(
      `COPY (SELECT * FROM read_json(${literal(lines)}, format = 'newline_delimited', columns = {${columns.join(', ')}},
        maximum_object_size = 268435456)) TO ${literal(file)} (FORMAT parquet, COMPRESSION zstd)`,
    )
    await store.adopt(file, location)
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}

/** What is before the newest checkpoint that is older than this: no reader that goes by the newest needs it. */
function outdated(
  found: readonly { readonly name: string; readonly modifiedMs: number }[],
  before: number,
): readonly string[] {
  const versionOf = (name: string): number => Number(/^(\d{20})\./.exec(name)?.[1] ?? Number.NaN)
  const old = found.filter(({ name, modifiedMs }) => /^\d{20}\.checkpoint\.parquet$/.test(name) && modifiedMs < before)
  const last = Math.max(-1, ...old.map(({ name }) => versionOf(name)))
  return found.map(({ name }) => name).filter((name) => versionOf(name) < last)
}

function digits(version: number): string {
  return String(version).padStart(20, '0')
}
