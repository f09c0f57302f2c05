import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '../../../kernel/logger.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'

/** How many partitions are open: no more than there is memory for. */
export interface OpenPartitions {
  /**
   * Resolves when there is room for one more, which it has from then on: others are closed for it. Rejects with KafkaRefusal
   * when all that are open stay in use.
   */
  enter(): Promise<void>
  /** One is closed, or could not be opened. */
  leave(): void
}

export interface OpenPartitionsOptions {
  readonly openMax: number
  /** Closes so many that were not used for longest, as far as they can be. */
  readonly closeSome: (count: number) => Promise<void>
  readonly logger: Logger
}

/** Some at once: what they are is written down for all of them together. */
const closedAtOnce = (openMax: number): number => Math.max(1, Math.ceil(openMax / 16))
const triesMax = 20
const tryAgainMs = 50

export function createOpenPartitions({ openMax, closeSome, logger }: OpenPartitionsOptions): OpenPartitions {
  let open = 0
  let entered = 0
  const waiting: { readonly enter: () => void; readonly refuse: (error: Error) => void }[] = []
  let isMakingRoom = false
  /** The last look found none to close; a moment later all are in use still. */
  let wasFull = false

  function letIn(): void {
    while (open < openMax && waiting.length > 0) {
      open++
      entered++
      waiting.shift()!.enter()
    }
  }

  async function makeRoom(): Promise<void> {
    isMakingRoom = true
    try {
      for (let tries = 0; waiting.length > 0 && tries < triesMax; tries++) {
        const before = entered
        await closeSome(Math.max(waiting.length, closedAtOnce(openMax)))
        if (entered > before) tries = 0
        else if (wasFull) break
        else await pause(tryAgainMs)
      }
      wasFull = waiting.length > 0
      if (wasFull) refuseAll()
    } catch (error) {
      refuseAll(error)
    } finally {
      isMakingRoom = false
    }
  }

  function refuseAll(cause?: unknown): void {
    const refusal = new KafkaRefusal(
      'KAFKA_STORAGE_ERROR',
      `${open} partitions are open, as many as the memory of the log is for, and all are in use; use fewer at a time, or give the log more memory: memory: { log: … } in the project`,
    )
    logger.warn({ open, refused: waiting.length, ...(cause === undefined ? {} : { err: cause }) }, refusal.message)
    for (const { refuse } of waiting.splice(0)) refuse(refusal)
  }

  return {
    async enter() {
      if (open < openMax && waiting.length === 0) {
        open++
        wasFull = false
        return
      }
      const entered = new Promise<void>((enter, refuse) => waiting.push({ enter, refuse }))
      if (!isMakingRoom) void makeRoom()
      await entered
    },
    leave() {
      open--
      letIn()
    },
  }
}
