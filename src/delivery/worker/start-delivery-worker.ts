import { mkdir, rm } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { asWeirError, WeirError } from '../../kernel/errors/weir-error.ts'
import { csvDecoder } from '../../record/csv/csv-decoder.ts'
import { openDuckdb } from '../../sql/duckdb/open.ts'
import type { TailReport } from '../../sql/engine-host.ts'
import { adoptTable } from '../commit/adopt-table.ts'
import type { BlockCommit } from '../commit/block-commit.ts'
import { rowCounter } from '../commit/count-rows.ts'
import { judgeTable } from '../commit/judge-table.ts'
import type { NewColumn, TableView } from '../table/delivery-table.ts'
import type { DeliveryWorker, DeliveryWorkerConfig, DeliveryWorkerPorts, WorkerStatus } from './delivery-worker.ts'
import { findPositions } from './positions.ts'
import { readSession } from './read-session.ts'
import { epochFolder, Session } from './session.ts'
import { workerStatus, type WorkerFigures } from './worker-status.ts'

/** Stopped until the operator answers; nothing is tried again (delivery.md, "States of a delivery"). */
const haltingCodes = new Set<string>([
  'WEIR-5010',
  'WEIR-5011',
  'WEIR-5012',
  'WEIR-5013',
  'WEIR-5014',
  'WEIR-5015',
  'WEIR-5016',
  'WEIR-5017',
  'WEIR-5019',
])
/** Lines wait so long to become rows when nobody asks for them. */
const cutAgeMs = 400
const pauseMsMin = 100
const pauseMsMax = 5000
/** Reading stops at this many times `flushBytes` while commits do not get through. */
const pendingFlushes = 4

class Discarded extends Error {}

/** See `DeliveryWorker`. Opens DuckDB; reads nothing before `assign`. */
export async function startDeliveryWorker(
  config: DeliveryWorkerConfig,
  ports: DeliveryWorkerPorts,
): Promise<DeliveryWorker> {
  const { source, table, clock, logger } = ports
  await mkdir(config.tailDirectory, { recursive: true })
  const duckdb = await openDuckdb({
    memoryLimitBytes: config.memoryLimitBytes,
    threads: config.threads,
    temporaryDirectory: config.tailDirectory,
  })
  const connections = await Promise.all([duckdb.connect(), duckdb.connect(), duckdb.connect()])
  for (const connection of connections) await connection.run(`SET TimeZone = 'UTC'`)
  const [parsing, committing, counting] = connections
  const countRows = rowCounter(counting)
  const figures: WorkerFigures = {
    read: 0,
    rejected: 0,
    bytes: 0,
    commits: 0,
    lastCommit: null,
    failing: null,
    halted: null,
  }
  let session: Session | undefined
  let epoch: number | null = null
  let assignment: AbortController | undefined
  let running: Promise<void> = Promise.resolve()
  let isStopped = false
  let names = 0
  let adoptedUuid: string | undefined

  async function begin(current: number, partitions: readonly number[]): Promise<Session> {
    const adopted = await adoptTable(table, countRows)
    adoptedUuid ??= adopted.uuid
    const view = await table.load()
    const inForce = await judgeTable(table, view, countRows, adoptedUuid)
    const positions = await findPositions(source, partitions, view, inForce, countRows)
    const folder = epochFolder(config, current)
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    const nextName = () => `s${++names}`
    return new Session({
      config,
      epoch: current,
      view,
      positions,
      tail: { connection: parsing, folder, source: source.id, nextName },
      commit: { table, connection: committing, countRows, folder, source: source.id, adoptedUuid },
      now: () => clock.monotonic(),
      onParsed(read, rejected) {
        figures.read += read
        figures.rejected += rejected
      },
    })
  }

  /** Sessions one after the other, until the assignment ends or something asks for the operator. */
  async function run(current: number, partitions: readonly number[], signal: AbortSignal): Promise<void> {
    let pauseMs = pauseMsMin
    while (!signal.aborted) {
      let own: Session | undefined
      const commitsBefore = figures.commits
      try {
        own = await begin(current, partitions)
        if (signal.aborted) return
        const begun = own
        session = begun
        signal.addEventListener('abort', () => begun.end(new Discarded('reassigned')), { once: true })
        const ticking = setInterval(() => void tick(begun), cutAgeMs / 2)
        try {
          await readSession(begun, readPorts(begun), () => roomFor(begun))
        } finally {
          clearInterval(ticking)
        }
      } catch (thrown) {
        // What ended the session says more than what failed because of it.
        const reason: unknown = own?.signal.aborted ? own.signal.reason : thrown
        own?.end(reason)
        if (signal.aborted) return
        const error = asWeirError(reason)
        if (haltingCodes.has(error.code)) return halt(error)
        if (reason instanceof Discarded) logger.info({ reason: error.message }, 'reading again from the state')
        else {
          figures.failing = error.message
          logger.warn({ err: reason }, 'delivery failed; it begins again from its state')
        }
      }
      if (figures.commits > commitsBefore) pauseMs = pauseMsMin
      await pause(pauseMs, undefined, { signal }).catch(() => undefined)
      pauseMs = Math.min(pauseMs * 2, pauseMsMax)
    }
  }

  function halt(error: WeirError): void {
    logger.error({ err: error }, 'delivery stopped; it needs a decision')
    figures.halted = { code: error.code, reason: error.message }
    session = undefined
  }

  const readPorts = (begun: Session) => ({
    source,
    decode: config.format === 'csv' ? csvDecoder(begun.view.schema, config.csv) : undefined,
    commit: () => commitSession(begun),
    addColumns: (columns: readonly NewColumn[]) => addColumns(columns),
    onRead(bytes: number, isIdle: boolean) {
      figures.bytes += bytes
      const { lines } = begun
      // Full answers mean that a large block comes soon, which is parsed at less cost.
      if (isIdle && lines.beganAt !== undefined && clock.monotonic() - lines.beganAt >= cutAgeMs)
        void begun.cut().catch(() => undefined)
      void tick(begun)
    },
  })

  /** Flushes by size and age. */
  async function tick(begun: Session): Promise<void> {
    if (begun.isCommitting || begun.signal.aborted) return
    const { oldestAt, openBytes } = begun
    const isOld = oldestAt !== undefined && clock.monotonic() - oldestAt >= config.flushAgeMs
    if (openBytes >= config.flushBytes || isOld) await commitSession(begun).catch(() => undefined)
  }

  async function roomFor(begun: Session): Promise<void> {
    while (begun.pendingBytes >= config.flushBytes * pendingFlushes) {
      begun.signal.throwIfAborted()
      await tick(begun)
      await pause(20)
    }
  }

  /** The snapshot with all that was read; null when there was nothing to commit. */
  async function commitSession(begun: Session): Promise<string | null> {
    const before = begun.pendingRecords
    const snapshotId = await begun.commit((commit) => attemptUntilDone(begun, commit))
    if (snapshotId === null) return null
    figures.commits++
    figures.failing = null
    figures.lastCommit = { snapshotId, atMs: clock.now() }
    logger.debug({ snapshotId, records: before }, 'committed')
    return snapshotId
  }

  async function attemptUntilDone(begun: Session, commit: BlockCommit): Promise<string> {
    for (let pauseMs = pauseMsMin; ; pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
      try {
        const outcome = await commit.attempt()
        if (outcome.kind === 'landed') return outcome.snapshotId
        begun.end(new Discarded(outcome.reason))
        throw begun.signal.reason
      } catch (thrown) {
        begun.signal.throwIfAborted()
        const error = asWeirError(thrown)
        if (haltingCodes.has(error.code)) {
          begun.end(error)
          throw error
        }
        // Accepted rows stay visible as tail meanwhile.
        figures.failing = error.message
        logger.warn({ err: thrown }, 'commit failed; it is tried again')
        await pause(pauseMs, undefined, { signal: begun.signal }).catch(() => undefined)
        begun.signal.throwIfAborted()
      }
    }
  }

  async function addColumns(columns: readonly NewColumn[]): Promise<TableView> {
    for (;;) {
      const view = await table.load()
      await judgeTable(table, view, countRows, adoptedUuid)
      const known = new Set(view.schema.fields.map(({ name }) => name.toLowerCase()))
      const missing = columns.filter(({ name }) => !known.has(name.toLowerCase()))
      if (missing.length === 0) return view
      logger.info({ columns: missing }, 'adding columns')
      await table.addColumns(view, missing)
    }
  }

  /** The running session, once there is one. */
  async function whenRunning(deadlineMs: number): Promise<Session | undefined> {
    const deadline = clock.monotonic() + deadlineMs
    while (clock.monotonic() < deadline && !isStopped && !figures.halted) {
      if (session && !session.signal.aborted) return session
      await pause(10)
    }
    return undefined
  }

  async function endRunning(): Promise<void> {
    assignment?.abort()
    await running
    const own = session
    session = undefined
    await own?.parsed().catch(() => undefined)
    if (epoch !== null) await rm(epochFolder(config, epoch), { recursive: true, force: true })
  }

  return {
    async assign(next) {
      await endRunning()
      epoch = next.epoch
      figures.halted = null
      figures.failing = null
      const control = new AbortController()
      assignment = control
      running = next.partitions.length === 0 ? Promise.resolve() : run(next.epoch, next.partitions, control.signal)
    },
    async tails(): Promise<TailReport> {
      const empty = {
        delivery: config.delivery,
        table: config.table,
        source: source.id,
        epoch: epoch ?? 0,
        partitions: [],
        segments: [],
      }
      const running = await whenRunning(1500)
      if (figures.halted) return { ...empty, halted: figures.halted }
      if (!running) {
        if (assignment && !isStopped)
          throw new WeirError(
            'WEIR-5018',
            `delivery ${config.delivery} is not reading yet: ${figures.failing ?? 'it begins'}`,
          )
        return empty
      }
      await running.parsed()
      return running.report()
    },
    async flush() {
      const running = await whenRunning(10_000)
      if (figures.halted) throw new WeirError(figures.halted.code as 'WEIR-5010', figures.halted.reason)
      const snapshotId = running ? await commitSession(running) : null
      return { snapshotId: snapshotId ?? (await table.load()).snapshotId }
    },
    status: (): WorkerStatus => workerStatus(config, epoch, session, figures, isStopped),
    async stop(deadlineMs) {
      const own = session
      if (own && !own.signal.aborted) {
        const late = pause(deadlineMs, 'late', { ref: false })
        await Promise.race([
          commitSession(own).catch((error: unknown) => logger.warn({ err: error }, 'last commit failed')),
          late,
        ])
      }
      isStopped = true
      await endRunning()
      for (const connection of connections) connection.closeSync()
      duckdb.close()
    },
  }
}
