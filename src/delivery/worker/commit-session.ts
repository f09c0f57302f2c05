import { setTimeout as pause } from 'node:timers/promises'
import { asWeirError } from '../../kernel/errors/weir-error.ts'
import type { BlockCommit } from '../commit/block-commit.ts'
import type { Session } from './session.ts'
import { Discarded, haltingCodes, pauseMs, type WorkerContext } from './worker-context.ts'

/** Reading stops at this many times `flushBytes` while commits do not get through. */
export const pendingFlushes = 4

/**
 * Commits all that the session has read; gives the snapshot, null when there was nothing. Tried again until it landed or the session
 * is over; what was accepted stays visible as tail meanwhile.
 */
export async function commitSession(context: WorkerContext, session: Session): Promise<string | null> {
  const { figures, ports } = context
  const snapshotId = await session.commit((commit) => attemptUntilDone(context, session, commit))
  if (snapshotId === null) return null
  figures.commits++
  figures.failing = null
  figures.lastCommit = { snapshotId, atMs: ports.clock.now() }
  ports.logger.debug({ snapshotId }, 'committed')
  return snapshotId
}

async function attemptUntilDone(context: WorkerContext, session: Session, commit: BlockCommit): Promise<string> {
  for (let waitMs: number = pauseMs.min; ; waitMs = Math.min(waitMs * 2, pauseMs.max)) {
    const outcome = await commit.attempt().catch((thrown: unknown) => failed(context, session, thrown))
    if (outcome?.kind === 'landed') return outcome.snapshotId
    if (outcome) session.end(new Discarded(outcome.reason))
    else await pause(waitMs, undefined, { signal: session.signal }).catch(() => undefined)
    session.signal.throwIfAborted()
  }
}

/** Undefined when it is worth another attempt. */
function failed({ figures, ports }: WorkerContext, session: Session, thrown: unknown): undefined {
  const error = asWeirError(thrown)
  if (haltingCodes.has(error.code)) session.end(error)
  else {
    figures.failing = error.message
    ports.logger.warn({ err: thrown }, 'commit failed; it is tried again')
  }
}

/** Commits when there is enough, or when it is old enough. Does not throw: the session ends or it is tried again. */
export async function flushWhenDue(context: WorkerContext, session: Session): Promise<void> {
  if (session.isCommitting || session.signal.aborted) return
  const { config, ports } = context
  const { oldestAt, openBytes } = session
  const isOld = oldestAt !== undefined && ports.clock.monotonic() - oldestAt >= config.flushAgeMs
  if (openBytes >= config.flushBytes || isOld) await commitSession(context, session).catch(() => undefined)
}

/** Waits while too much is pending: the tail is bounded, whatever the catalog does. */
export async function waitForRoom(context: WorkerContext, session: Session): Promise<void> {
  while (session.pendingBytes >= context.config.flushBytes * pendingFlushes) {
    session.signal.throwIfAborted()
    await flushWhenDue(context, session)
    await pause(20)
  }
}
