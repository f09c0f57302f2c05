import type { Completions } from './completions.ts'
import type { CoordinatorPorts } from './coordinator-ports.ts'
import { fence } from './end-transaction.ts'
import { takeTurns } from './turns.ts'
import { isExhausted, isPrepared, refused, type Decision, type Transaction } from './transaction.ts'

/** Decisions become transitions here, one after the other for each transactional id. */
export interface Transitions {
  /**
   * Decides on what is known when the turn comes; a transition is durable when this resolves. `freshId` is a producer id that
   * nobody has, where `wantsId` says that one may be needed.
   */
  decide(
    transactionalId: string,
    wantsId: (known: Transaction | undefined) => boolean,
    decision: (known: Transaction | undefined, freshId: number) => Decision,
  ): Promise<Decision>
  /** Aborts the open transaction as it was seen, and fences its producer; CONCURRENT_TRANSACTIONS when it has gone on. */
  abort(seen: Transaction): Promise<Decision>
  /** Forgets the id, if that is still right when its turn comes. */
  forget(transactionalId: string, mayForget: (known: Transaction) => boolean): Promise<void>
}

export function createTransitions(ports: CoordinatorPorts, completions: Completions): Transitions {
  const { table, log, clock } = ports
  const turns = takeTurns()

  async function store(transaction: Transaction): Promise<void> {
    const change = { transactionalId: transaction.transactionalId, transaction, at: transaction.updatedAt }
    await log.append([change], () => table.apply(change))
    if (isPrepared(transaction)) completions.begin(transaction)
  }

  const decide: Transitions['decide'] = (transactionalId, wantsId, decision) =>
    turns.take(transactionalId, async () => {
      const freshId = wantsId(table.get(transactionalId)) ? await ports.freshProducerId() : -1
      const made = decision(table.get(transactionalId), freshId)
      if (made.kind === 'moves') await store(made.transaction)
      return made
    })

  return {
    decide,
    abort: (seen) =>
      decide(
        seen.transactionalId,
        (known) => known !== undefined && isExhausted(known.epoch),
        (known, freshId) =>
          known && isSameOpen(known, seen) ? fence(known, freshId, clock.now()) : refused('CONCURRENT_TRANSACTIONS'),
      ),
    forget: (transactionalId, mayForget) =>
      turns.take(transactionalId, async () => {
        const known = table.get(transactionalId)
        if (!known || !mayForget(known)) return
        const change = { transactionalId, transaction: null, at: clock.now() }
        await log.append([change], () => table.apply(change))
      }),
  }
}

function isSameOpen(known: Transaction, seen: Transaction): boolean {
  return (
    known.state === 'Ongoing' &&
    known.producerId === seen.producerId &&
    known.epoch === seen.epoch &&
    known.startedAt === seen.startedAt
  )
}
