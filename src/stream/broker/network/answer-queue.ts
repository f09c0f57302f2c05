import type { Socket } from 'node:net'
import type { LentMemory } from './lent-memory.ts'

export type Answer = readonly Buffer[] | undefined

/** The place of one answer among those of its connection. */
export interface AnswerPlace {
  /** Memory for the answer, lent until the socket has taken all of it. */
  readonly memoryFor: (bytes: number) => Buffer
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
}

export function createAnswerQueue(socket: Socket, memory: LentMemory): AnswerQueue {
  const places: Place[] = []

  function flush(): void {
    if (socket.destroyed) return
    socket.cork()
    while (places[0]?.done) {
      const { answer = [], lent } = places.shift()!
      const release = (): void => lent.forEach((buffer) => memory.give(buffer))
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
      const place: Place = { answer: undefined, done: false, lent: [] }
      places.push(place)
      return {
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
