import { mkdir, rm } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { openChangeCount } from '../../kernel/change-count.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { TailReport } from '../../sql/engine-host.ts'
import { rowCounter } from '../commit/count-rows.ts'
import { KeyIndex } from '../keys/key-index.ts'
import { commitSession } from './commit-session.ts'
import type { DeliveryWorker, DeliveryWorkerConfig, DeliveryWorkerPorts } from './delivery-worker.ts'
import { runAssignment } from './run-assignment.ts'
import { epochFolder, type Session } from './session.ts'
import { Discarded, type WorkerContext } from './worker-context.ts'
import { openWorkerDuckdb } from './worker-duckdb.ts'
import { noFigures } from './worker-figures.ts'
import { workerStatus } from './worker-status.ts'

/** How long a query waits for a worker that has not begun to read yet. */
const tailsPatienceMs = 1500
const flushPatienceMs = 10_000

/** See `DeliveryWorker`. Opens DuckDB; reads nothing before `assign`. */
export async function startDeliveryWorker(
  config: DeliveryWorkerConfig,
  ports: DeliveryWorkerPorts,
): Promise<DeliveryWorker> {
  await mkdir(config.tailDirectory, { recursive: true })
  const duckdb = await openWorkerDuckdb({ ...config, temporaryDirectory: config.tailDirectory })
  let names = 0
  const context: WorkerContext = {
    config,
    ports,
    duckdb,
    countRows: rowCounter(duckdb.counting),
    figures: noFigures(),
    changes: openChangeCount(config.tailDirectory),
    nextName: () => `s${++names}`,
  }
  const keyed = keyedParts(context)
  return new Worker(keyed ? { ...context, keyed } : context)
}

function keyedParts({ config, ports, duckdb, figures }: WorkerContext): WorkerContext['keyed'] {
  const { key: plan, keysDirectory: directory } = config
  if (!plan) return undefined
  const rows = ports.rowChanges
  if (!rows || directory === undefined)
    throw new WeirError('WEIR-9001', `delivery ${config.delivery} has a key, but no way to change rows`)
  const index = new KeyIndex({
    rows,
    directory,
    connection: duckdb.committing,
    onProgress(progress) {
      figures.indexing = progress
    },
  })
  return { rows, index, plan }
}

/** The calls of the supervisor, over whatever session runs at the time. */
class Worker implements DeliveryWorker {
  readonly #context: WorkerContext
  #session: Session | null = null
  #epoch: number | null = null
  /** The table's version when its schema was last compared with that of the session. */
  #seenVersion: string | undefined
  #assignment: AbortController | undefined
  #running: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(context: WorkerContext) {
    this.#context = context
  }

  async assign({ epoch, partitions }: Parameters<DeliveryWorker['assign']>[0]): Promise<void> {
    await this.#endAssignment()
    const { figures } = this.#context
    figures.halted = null
    figures.failing = null
    this.#epoch = epoch
    const control = new AbortController()
    this.#assignment = control
    if (partitions.length === 0) return
    const onSession = (session: Session | null): void => {
      this.#session = session
      this.#context.changes.raise()
    }
    this.#running = runAssignment(this.#context, { epoch, partitions, signal: control.signal, onSession })
  }

  async tails(tableVersion?: string): Promise<TailReport> {
    const { config, figures, ports } = this.#context
    const session = await this.#withSchemaOf(tableVersion)
    if (session) {
      await session.parsed()
      const report = session.report()
      return session.isReported ? { ...report, hold: this.#context.changes.hold() } : report
    }
    const place = { delivery: config.delivery, table: config.table, source: ports.source.id, epoch: this.#epoch ?? 0 }
    const empty = { ...place, schemaId: null, partitions: [], segments: [] }
    return figures.halted ? { ...empty, halted: figures.halted } : empty
  }

  /** The running session, under the schema that the table has; one under another schema is left and reads its records again (rule 12). */
  async #withSchemaOf(tableVersion: string | undefined): Promise<Session | undefined> {
    const session = await this.#whenReading(tailsPatienceMs)
    if (!session || tableVersion === undefined || tableVersion === this.#seenVersion) return session
    const { schemaId } = await this.#context.ports.table.load()
    // It adds columns itself: its tail is empty until it knows them.
    if (session.isWidening) return session
    this.#seenVersion = tableVersion
    if (schemaId === session.view.schemaId) return session
    session.end(new Discarded('the schema of the table has changed'))
    return this.#whenReading(tailsPatienceMs)
  }

  async flush(): Promise<{ readonly snapshotId: string | null }> {
    const { figures, ports } = this.#context
    const session = await this.#whenReading(flushPatienceMs)
    if (figures.halted) throw new WeirError(figures.halted.code, figures.halted.reason)
    const snapshotId = session ? await this.#committed(session) : null
    return { snapshotId: snapshotId ?? (await ports.table.load()).snapshotId }
  }

  /** It is tried until it lands; who asked hears why it does not get through, and does not wait for what may take hours. */
  async #committed(session: Session): Promise<string | null> {
    const { config, figures, ports } = this.#context
    const commit = commitSession(this.#context, session)
    const isDone = commit.then(
      () => true,
      () => true,
    )
    const deadline = ports.clock.monotonic() + flushPatienceMs
    while (!(await Promise.race([isDone, pause(100, false)])))
      if (figures.failing !== null && ports.clock.monotonic() >= deadline)
        throw new WeirError('WEIR-5018', `delivery ${config.delivery} cannot commit now: ${figures.failing}`)
    return commit
  }

  status(): ReturnType<DeliveryWorker['status']> {
    return workerStatus(this.#context, this.#epoch, this.#session, this.#isStopped)
  }

  async stop(deadlineMs: number): Promise<void> {
    const session = this.#session
    if (session && !session.signal.aborted) {
      const { logger } = this.#context.ports
      const commit = commitSession(this.#context, session)
      const done = commit.catch((error: unknown) => logger.warn({ err: error }, 'the last commit failed'))
      const timer = new AbortController()
      const late = pause(deadlineMs, undefined, { signal: timer.signal }).catch(() => undefined)
      await Promise.race([done, late])
      timer.abort()
    }
    this.#isStopped = true
    await this.#endAssignment()
    await this.#context.duckdb.close()
    this.#context.keyed?.index.close()
    this.#context.changes.close()
  }

  /** The running session, once there is one; undefined when none is to come soon. Throws WEIR-5018 when it is late. */
  async #whenReading(patienceMs: number): Promise<Session | undefined> {
    const { config, figures, ports } = this.#context
    const isAwaited = (): boolean => this.#assignment !== undefined && !this.#isStopped && figures.halted === null
    const deadline = ports.clock.monotonic() + patienceMs
    while (isAwaited()) {
      if (this.#session && !this.#session.signal.aborted) return this.#session
      if (ports.clock.monotonic() >= deadline)
        throw new WeirError(
          'WEIR-5018',
          `delivery ${config.delivery} is not reading yet: ${figures.failing ?? 'it begins'}`,
        )
      await pause(10)
    }
    return undefined
  }

  async #endAssignment(): Promise<void> {
    this.#assignment?.abort()
    await this.#running
    this.#assignment = undefined
    const session = this.#session
    this.#session = null
    // Nothing may write into the folder once it is removed.
    await session?.parsed().catch(() => undefined)
    if (this.#epoch !== null) await rm(epochFolder(this.#context.config, this.#epoch), { recursive: true, force: true })
  }
}
