import { addToTransaction, verifyInTransaction, type Addition, type ProducerClaim } from './add-to-transaction.ts'
import { createCompletions } from './completions.ts'
import type { CoordinatorPorts } from './coordinator-ports.ts'
import { complete, endClassic, endRaisingEpoch, type EndRequest } from './end-transaction.ts'
import { initProducer, needsFreshId, type InitRequest } from './init-producer.ts'
import { createTransitions } from './transitions.ts'
import { abortTimedOut, expireIdle } from './upkeep.ts'
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

export function createCoordinator(ports: CoordinatorPorts): Coordinator {
  const { table, log, clock } = ports
  const completions = createCompletions(ports)
  const transitions = createTransitions(ports, completions)

  return {
    async init(request) {
      const { transactionalId } = request
      await completions.after(transactionalId)
      let open: Transaction | undefined
      const decision = await transitions.decide(transactionalId, needsFreshId, (known, freshId) => {
        const made = initProducer(known, request, freshId, clock.now())
        if (made.kind !== 'abort') return made
        open = known
        return refused('CONCURRENT_TRANSACTIONS')
      })
      if (open) await transitions.abort(open)
      return outcomeOf(decision)
    },
    async add(transactionalId, claim, addition, version) {
      await completions.after(transactionalId)
      const decision = await transitions.decide(transactionalId, never, (known) =>
        addToTransaction(known, claim, addition, version, clock.now()),
      )
      return outcomeOf(decision)
    },
    async end(transactionalId, request, version) {
      const decision =
        version === 0
          ? await transitions.decide(transactionalId, never, (known) => endClassic(known, request, clock.now()))
          : await transitions.decide(transactionalId, isAtLastEpoch, (known, freshId) =>
              endRaisingEpoch(known, request, freshId, clock.now()),
            )
      if (decision.kind !== 'moves') return outcomeOf(decision)
      await completions.after(transactionalId)
      return { transaction: complete(decision.transaction, clock.now()) }
    },
    verify: (transactionalId, claim, wanted) => verifyInTransaction(table.get(transactionalId), claim, wanted),
    get: (transactionalId) => table.get(transactionalId),
    all: () => table.all(),
    recover() {
      for (const transaction of table.all()) if (isPrepared(transaction)) completions.begin(transaction)
    },
    abortTimedOut: () => abortTimedOut(ports, transitions),
    expire: (idleMs) => expireIdle(ports, transitions, idleMs),
    async settled() {
      await completions.settled()
      await log.settled()
    },
  }
}

function never(): boolean {
  return false
}

function isAtLastEpoch(known: Transaction | undefined): boolean {
  return known !== undefined && isExhausted(known.epoch)
}

function outcomeOf(decision: Decision): Outcome {
  return decision.kind === 'refused' ? { error: decision.error } : { transaction: decision.transaction }
}
