import { setTimeout as pause } from 'node:timers/promises'
import { asWeirError } from '../../kernel/errors/weir-error.ts'
import { csvDecoder } from '../../record/csv/csv-decoder.ts'
import { addColumns } from './add-columns.ts'
import { beginSession } from './begin-session.ts'
import { commitSession, flushWhenDue, waitForRoom } from './commit-session.ts'
import { readSession, type ReadPorts } from './read-session.ts'
import type { Session } from './session.ts'
import { Discarded, haltingCodes, pauseMs, type WorkerContext } from './worker-context.ts'

/** Lines wait so long to become rows when nobody asks for them. */
const cutAgeMs = 400

export interface Assignment {
  readonly epoch: number
  readonly partitions: readonly number[]
  readonly signal: AbortSignal
  /** Told of each session that begins, and of null when the delivery has stopped. */
  onSession(session: Session | null): void
}

/** Sessions one after the other, until the assignment ends or something asks for the operator. Does not throw. */
export async function runAssignment(context: WorkerContext, assignment: Assignment): Promise<void> {
  const { signal } = assignment
  const { figures, ports } = context
  let waitMs: number = pauseMs.min
  while (!signal.aborted) {
    const { commits } = figures
    const reason = await runSession(context, assignment)
    if (signal.aborted) return
    const error = asWeirError(reason)
    if (haltingCodes.has(error.code)) {
      ports.logger.error({ err: error }, 'delivery stopped; it needs a decision')
      figures.halted = { code: error.code, reason: error.message }
      return assignment.onSession(null)
    }
    if (reason instanceof Discarded) ports.logger.info({ reason: error.message }, 'reading again from the state')
    else {
      figures.failing = error.message
      ports.logger.warn({ err: reason }, 'delivery failed; it begins again from its state')
    }
    if (figures.commits > commits) waitMs = pauseMs.min
    await pause(waitMs, undefined, { signal }).catch(() => undefined)
    waitMs = Math.min(waitMs * 2, pauseMs.max)
  }
}

/** One session to its end; gives the reason. */
async function runSession(context: WorkerContext, assignment: Assignment): Promise<unknown> {
  const { epoch, partitions, signal } = assignment
  let session: Session | undefined
  let ticking: NodeJS.Timeout | undefined
  try {
    const begun = await beginSession(context, epoch, partitions)
    session = begun
    // Its table and topic were read: what kept it from that is over, also when no record comes for hours.
    context.figures.failing = null
    signal.addEventListener('abort', () => begun.end(new Discarded('reassigned')), { once: true })
    if (signal.aborted) return signal.reason
    assignment.onSession(begun)
    ticking = setInterval(() => void flushWhenDue(context, begun), cutAgeMs / 2)
    await readSession(begun, readPorts(context, begun), () => waitForRoom(context, begun))
    return undefined
  } catch (thrown) {
    if (!session) return thrown
    // What ended the session says more than what failed because of it.
    const reason: unknown = session.signal.aborted ? session.signal.reason : thrown
    session.end(reason)
    return reason
  } finally {
    clearInterval(ticking)
  }
}

function readPorts(context: WorkerContext, session: Session): ReadPorts {
  const { config, figures, ports } = context
  return {
    source: ports.source,
    decode: config.format === 'csv' ? csvDecoder(session.view.schema, config.csv) : undefined,
    commit: () => commitSession(context, session),
    addColumns: (columns) => addColumns(context, columns, session.parts.commit.adoptedUuid),
    onRead(bytes, isIdle) {
      figures.bytes += bytes
      const { beganAt } = session.lines
      // Full answers mean that a large block comes soon, which is parsed at less cost.
      if (isIdle && beganAt !== undefined && ports.clock.monotonic() - beganAt >= cutAgeMs)
        void session.cut().catch(() => undefined)
      void flushWhenDue(context, session)
    },
  }
}
