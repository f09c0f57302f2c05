import type { Clock } from '../../../kernel/clock.ts'
import type { Logger } from '../../../kernel/logger.ts'
import { addToTransaction, verifyInTransaction, type Addition, type ProducerClaim } from './add-to-transaction.ts'
import { complete, endClassic, endRaisingEpoch, fence, type EndRequest } from './end-transaction.ts'
import { initProducer, needsFreshId, type InitRequest } from './init-producer.ts'
import type { TransactionLog, TransactionTable } from './transaction-table.ts'
import { takeTurns } from './turns.ts'
import {
  isExhausted,
  isPrepared,
  refused,
  type Decision,
  type Transaction,
  type TransactionError,
  type TransactionPartition,
  type TransactionVersion,
} from './transaction.ts'

export interface CoordinatorPorts {
  readonly table: TransactionTable
  readonly log: TransactionLog
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
  /** Given to nobody before. */
  freshProducerId(): Promise<number>
  /** Ends the transaction in all its partitions and groups, and takes as long as it needs: true when that is durable, false at a stop. */
  writeMarkers(transaction: Transaction): Promise<boolean>
  /** Resolves after so many milliseconds, or when the coordinator closes. */
  pause(ms: number): Promise<void>
}

/** What came of a request: an error of the protocol, or the transaction as its producer knows it from now on. */
export type Outcome = { readonly error: TransactionError } | { readonly transaction: Transaction }

/**
 * The one authority on transactions (docs/spec/transactions.md). Requests of one transactional id take turns; a transition is
 * durable before anybody is told of it.
 */
export interface Coordinator {
  init(request: InitRequest): Promise<Outcome>
  add(transactionalId: string, claim: ProducerClaim, addition: Addition, version: TransactionVersion): Promise<Outcome>
  end(transactionalId: string, request: EndRequest, version: TransactionVersion): Promise<Outcome>
  /** Why a batch of this producer, or its offsets of a group, must not be written; undefined when they may. */
  verify(
    transactionalId: string,
    claim: ProducerClaim,
    wanted: TransactionPartition | string,
  ): TransactionError | undefined
  get(transactionalId: string): Transaction | undefined
  all(): readonly Transaction[]
  /** Goes on where a crash ended it: what was prepared is completed. */
  recover(): void
  /** Aborts transactions that take longer than their producers said. */
  abortTimedOut(): Promise<void>
  /** Forgets ids without a transaction of which nothing was heard for so long. */
  expire(idleMs: number): Promise<void>
  /** Resolves when nothing is on its way to the disk. */
  settled(): Promise<void>
}

/** How long a request waits for the markers of the transaction before it, rather than being told to ask again. */
const patienceMs = 1000

export function createCoordinator(ports: CoordinatorPorts): Coordinator {
  const { table, log, clock, logger } = ports
  const turns = takeTurns()
  const completing = new Map<string, Promise<void>>()

  async function store(transaction: Transaction): Promise<void> {
    const change = { transactionalId: transaction.transactionalId, transaction, at: transaction.updatedAt }
    await log.append([change], () => table.apply(change))
  }

  /** Decides on what is known when the turn comes; a transition is durable when this resolves. */
  function decide(
    transactionalId: string,
    wantsId: (known: Transaction | undefined) => boolean,
    decision: (known: Transaction | undefined, freshId: number) => Decision,
  ): Promise<Decision> {
    return turns.take(transactionalId, async () => {
      const freshId = wantsId(table.get(transactionalId)) ? await ports.freshProducerId() : -1
      const made = decision(table.get(transactionalId), freshId)
      if (made.kind !== 'moves') return made
      await store(made.transaction)
      if (isPrepared(made.transaction)) begin(made.transaction)
      return made
    })
  }

  function begin(transaction: Transaction): void {
    const { transactionalId } = transaction
    const done = finish(transaction).finally(() => completing.delete(transactionalId))
    completing.set(transactionalId, done)
  }

  /** The decision is durable: whatever happens, the markers follow, and only then the end of it is written down. */
  async function finish(transaction: Transaction): Promise<void> {
    if (!(await ports.writeMarkers(transaction))) return
    const done = complete(transaction, clock.now())
    const change = { transactionalId: done.transactionalId, transaction: done, at: done.updatedAt }
    // Nobody has to wait for it: what comes later in the log cannot be there without it, and a start without it writes no marker twice.
    table.apply(change)
    log
      .append([change])
      .catch((error: unknown) =>
        logger.warn(
          { err: error, transactionalId: done.transactionalId },
          'the end of a transaction was not written down',
        ),
      )
  }

  /** The markers of an earlier end are mostly written by now. */
  async function afterMarkers(transactionalId: string): Promise<void> {
    const running = completing.get(transactionalId)
    if (running) await Promise.race([running, ports.pause(patienceMs)])
  }

  async function abort(transactionalId: string, seen: Transaction): Promise<Decision> {
    const isSame = (known: Transaction | undefined): known is Transaction =>
      known?.state === 'Ongoing' && known.producerId === seen.producerId && known.epoch === seen.epoch
    return decide(
      transactionalId,
      (known) => known !== undefined && isExhausted(known.epoch),
      (known, freshId) =>
        isSame(known) && known.startedAt === seen.startedAt
          ? fence(known, freshId, clock.now())
          : refused('CONCURRENT_TRANSACTIONS'),
    )
  }

  const never = (): boolean => false

  return {
    async init(request) {
      const { transactionalId } = request
      await afterMarkers(transactionalId)
      let open: Transaction | undefined
      const decision = await decide(transactionalId, needsFreshId, (known, freshId) => {
        const made = initProducer(known, request, freshId, clock.now())
        if (made.kind !== 'abort') return made
        open = known
        return refused('CONCURRENT_TRANSACTIONS')
      })
      if (open) await abort(transactionalId, open)
      return outcomeOf(decision)
    },
    async add(transactionalId, claim, addition, version) {
      await afterMarkers(transactionalId)
      return outcomeOf(
        await decide(transactionalId, never, (known) => addToTransaction(known, claim, addition, version, clock.now())),
      )
    },
    async end(transactionalId, request, version) {
      const isClassic = version === 0
      const decision = await decide(
        transactionalId,
        (known) => !isClassic && known !== undefined && isExhausted(known.epoch),
        (known, freshId) =>
          isClassic ? endClassic(known, request, clock.now()) : endRaisingEpoch(known, request, freshId, clock.now()),
      )
      if (decision.kind !== 'moves') return outcomeOf(decision)
      await afterMarkers(transactionalId)
      return { transaction: complete(decision.transaction, clock.now()) }
    },
    verify: (transactionalId, claim, wanted) => verifyInTransaction(table.get(transactionalId), claim, wanted),
    get: (transactionalId) => table.get(transactionalId),
    all: () => table.all(),
    recover() {
      for (const transaction of table.all()) if (isPrepared(transaction)) begin(transaction)
    },
    async abortTimedOut() {
      const now = clock.now()
      const late = table
        .all()
        .filter(({ state, startedAt, timeoutMs }) => state === 'Ongoing' && startedAt + timeoutMs < now)
      await Promise.all(
        late.map(async (transaction) => {
          const { kind } = await abort(transaction.transactionalId, transaction)
          if (kind === 'moves') logger.info(describe(transaction), 'a transaction took too long, and is aborted')
        }),
      )
    },
    async expire(idleMs) {
      const before = clock.now() - idleMs
      const isIdle = ({ state, updatedAt }: Transaction): boolean =>
        state !== 'Ongoing' && state !== 'PrepareCommit' && state !== 'PrepareAbort' && updatedAt <= before
      for (const { transactionalId } of table.all().filter(isIdle))
        await turns.take(transactionalId, async () => {
          const known = table.get(transactionalId)
          if (!known || !isIdle(known)) return
          const change = { transactionalId, transaction: null, at: clock.now() }
          await log.append([change], () => table.apply(change))
        })
    },
    async settled() {
      await Promise.allSettled(completing.values())
      await log.settled()
    },
  }
}

function outcomeOf(decision: Decision): Outcome {
  return decision.kind === 'refused' ? { error: decision.error } : { transaction: decision.transaction }
}

function describe({ transactionalId, producerId, epoch, timeoutMs }: Transaction): Record<string, unknown> {
  return { transactionalId, producerId, epoch, timeoutMs }
}
