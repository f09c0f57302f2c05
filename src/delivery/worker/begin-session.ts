import { mkdir, rm } from 'node:fs/promises'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { adoptTable } from '../commit/adopt-table.ts'
import { mustHaveEnded } from '../commit/deleted-source.ts'
import { judgeTable } from '../commit/judge-table.ts'
import { addSourceColumns } from './add-columns.ts'
import { findPositions } from './positions.ts'
import { epochFolder, Session } from './session.ts'
import type { WorkerContext } from './worker-context.ts'

/** The topic and the table that a session is between. */
export interface SessionEnds {
  readonly source: string
  readonly uuid: string
}

/**
 * A session from the state in force; a new table gets its first one. Throws what only an operator can answer. `before`: what the
 * first session of this assignment had at its ends.
 */
export async function beginSession(
  context: WorkerContext,
  epoch: number,
  partitions: readonly number[],
  before: SessionEnds | undefined,
): Promise<Session> {
  const { config, countRows, duckdb, figures } = context
  const { table, source, clock } = context.ports
  await adoptTable(table, countRows)
  const view = await addSourceColumns(context)
  const inForce = await judgeTable(table, view, countRows, before?.uuid)
  await source.refresh()
  if (before && before.source !== source.id)
    throw new WeirError('WEIR-5013', `stream "${source.stream}" was deleted and made again while it was delivered`)
  mustHaveEnded(inForce.state, source)
  const positions = await findPositions(source, partitions, view, inForce, countRows)
  const folder = epochFolder(config, epoch)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const ids = { source: source.id, stream: source.stream, adoptedUuid: view.uuid }
  const newAt = new Map(positions.filter(({ isNew }) => isNew).map(({ partition, next }) => [partition, next]))
  return new Session({
    config,
    epoch,
    view,
    positions,
    tail: { connection: duckdb.parsing, folder, source: source.id, nextName: () => context.nextName() },
    commit: { table, connection: duckdb.committing, countRows, folder, newAt, ...ids },
    now: () => clock.monotonic(),
    onParsed(read, rejected) {
      figures.read += read
      figures.rejected += rejected
    },
  })
}
