import type { Coordinator, Outcome } from './coordinator.ts'
import type { TransactionPartition } from './transaction.ts'

/** As a producer names itself in a write. */
export interface WriteClaim {
  readonly transactionalId: string
  readonly producerId: number
  readonly epoch: number
}

interface Addition {
  readonly partitions: TransactionPartition[]
  readonly added: Promise<Outcome>
}

/**
 * Adds partitions to transactions. What one producer asks for while its last addition is on its way to the disk, or in the same
 * turn, becomes one addition: a request that writes to many partitions waits for one sync, not for one of each.
 */
export function joinAdditions(
  coordinator: Pick<Coordinator, 'add'>,
): (claim: WriteClaim, partition: TransactionPartition) => Promise<Outcome> {
  const waiting = new Map<string, Addition>()
  const running = new Map<string, Promise<unknown>>()

  function begin(key: string, claim: WriteClaim, partition: TransactionPartition): Addition {
    const partitions = [partition]
    const add = (): Promise<Outcome> => {
      waiting.delete(key)
      return coordinator.add(claim.transactionalId, claim, { partitions, groups: [] }, 2)
    }
    const added = (running.get(key) ?? Promise.resolve()).then(add, add)
    running.set(key, added)
    const leave = (): void => {
      if (running.get(key) === added) running.delete(key)
    }
    added.then(leave, leave)
    return { partitions, added }
  }

  return (claim, partition) => {
    const key = `${claim.producerId}/${claim.epoch}/${claim.transactionalId}`
    const joined = waiting.get(key)
    if (joined) {
      joined.partitions.push(partition)
      return joined.added
    }
    const addition = begin(key, claim, partition)
    waiting.set(key, addition)
    return addition.added
  }
}
