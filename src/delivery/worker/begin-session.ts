import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { adoptTable } from '../commit/adopt-table.ts'
import { beginPartitions } from '../commit/begin-partitions.ts'
import { mustOweNothing } from '../commit/deleted-source.ts'
import { judgeTable, mustBeTable } from '../commit/judge-table.ts'
import { addSourceColumns } from './add-columns.ts'
import { findPositions } from './positions.ts'
import { epochFolder, Session } from './session.ts'
import type { WorkerContext } from './worker-context.ts'

/**
 * A session from the state in force. The first one of a delivery adopts its table; what it was adopted for is remembered, so that
 * another table or topic under the name is asked about, whoever ran in between. Throws what only an operator can answer.
 */
export async function beginSession(
  context: WorkerContext,
  epoch: number,
  partitions: readonly number[],
): Promise<Session> {
  const { config, countRows, duckdb, figures, keyed } = context
  const { table, source, memory, clock } = context.ports
  const adoption = await memory.adoption()
  const { uuid } = adoption ? mustBeTable(await table.load(), adoption.table) : await adoptTable(table, countRows)
  const view = await addSourceColumns(context, uuid)
  const inForce = await judgeTable(table, view, countRows, uuid)
  await source.refresh()
  const deleted = await memory.deletedTopics(source.stream)
  mustOweNothing({ state: inForce.state, source, followed: adoption?.source, deleted })
  const positions = await findPositions(source, partitions, view, inForce, countRows)
  const starts = positions
    .filter(({ isNew }) => isNew)
    .map(({ partition, next, holes }) => ({ partition, start: next, holes }))
  if (adoption?.table !== uuid || adoption.source !== source.id) await memory.adopt({ table: uuid, source: source.id })
  const ids = { source: source.id, stream: source.stream, adoptedUuid: uuid }
  if (starts.length > 0) {
    await beginPartitions(table, countRows, { ...ids, starts })
    return beginSession(context, epoch, partitions)
  }
  const folder = epochFolder(config, epoch)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  return new Session({
    config,
    epoch,
    view,
    positions,
    tail: {
      connection: duckdb.parsing,
      folder,
      // Its own: a session that was left may still be parsing.
      linesFile: join(folder, `${context.nextName()}.lines`),
      source: source.id,
      deletes: config.key?.deletes,
      nextName: () => context.nextName(),
    },
    commit: { table, connection: duckdb.committing, countRows, folder, ...ids, ...(keyed ? { keyed } : {}) },
    now: () => clock.monotonic(),
    onChange: () => context.changes.raise(),
    onParsed(read, rejected) {
      figures.read += read
      figures.rejected += rejected
    },
  })
}
