import type { Socket } from 'node:net'
import { createAnswerRoom, type AnswerRoom } from './answer-room.ts'
import type { LentMemory } from './lent-memory.ts'
import type { MemoryBudget } from './memory-budget.ts'

export type Answer = readonly Buffer[] | undefined

/** The place of one answer among those of its connection. */
export interface AnswerPlace {
  /** Memory for the answer, lent until the socket has taken all of it. */
  readonly memoryFor: (bytes: number) => Buffer
  /** Room for the answer, held as long. */
  readonly room: AnswerRoom
  /** Undefined when nothing is to be answered. Sends it once all before it are sent. */
  finish(answer: Answer): void
}

/** Answers go out in the order of requests, whichever is ready first. */
export interface AnswerQueue {
  /** Not sent yet. */
  readonly length: number
  open(): AnswerPlace
}

interface Place {
  answer: Answer
  done: boolean
  readonly lent: Buffer[]
  readonly room: AnswerRoom
}

/** `budget` is what the answers of all connections hold together; `closed` ends the waiting for it. */
export function createAnswerQueue(
  socket: Socket,
  memory: LentMemory,
  budget: MemoryBudget,
  closed: AbortSignal,
): AnswerQueue {
  const places: Place[] = []
  /** Of answers that the socket has not taken yet, and of those that are being made. */
  const rooms = new Set<AnswerRoom>()
  closed.addEventListener('abort', () => {
    for (const room of rooms) room.keep(0)
  })

  function flush(): void {
    if (socket.destroyed) return
    socket.cork()
    while (places[0]?.done) {
      const { answer = [], lent, room } = places.shift()!
      const release = (): void => {
        lent.forEach((buffer) => memory.give(buffer))
        room.keep(0)
        rooms.delete(room)
      }
      if (answer.length === 0) release()
      for (const [index, buffer] of answer.entries())
        socket.write(buffer, index === answer.length - 1 ? release : undefined)
    }
    process.nextTick(() => socket.uncork())
  }

  return {
    get length() {
      return places.length
    },
    open() {
      const room = createAnswerRoom(budget, closed)
      const place: Place = { answer: undefined, done: false, lent: [], room }
      places.push(place)
      rooms.add(room)
      return {
        room,
        memoryFor(bytes) {
          const taken = memory.take(bytes)
          place.lent.push(taken)
          return taken
        },
        finish(answer) {
          place.answer = answer
          place.done = true
          flush()
        },
      }
    },
  }
}
