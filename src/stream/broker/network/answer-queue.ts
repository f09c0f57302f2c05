import type { Socket } from 'node:net'
import { createAnswerRoom, type AnswerRoom, type AnswerShares } from './answer-room.ts'

export type Answer = readonly Buffer[] | undefined

/** The place of one answer among those of its connection. */
export interface AnswerPlace {
  /** Held until the socket has taken the answer. */
  readonly room: AnswerRoom
  /** Undefined when nothing is to be answered. Sends it once all before it are sent. */
  finish(answer: Answer): void
}

/** Answers go out in the order of requests, whichever is ready first. */
export interface AnswerQueue {
  /** Not sent yet. */
  readonly length: number
  /** The client has taken all that it was answered, and that was something. */
  readonly wasTaken: boolean
  /** `isReader`: it had when it asked. */
  open(isReader: boolean): AnswerPlace
}

interface Place {
  answer: Answer
  done: boolean
  readonly room: AnswerRoom
}

/** `closed` ends the waiting for room. */
export function createAnswerQueue(socket: Socket, shares: AnswerShares, closed: AbortSignal): AnswerQueue {
  const places: Place[] = []
  /** Done, and not taken by the socket yet. */
  const rooms = new Set<AnswerRoom>()
  let hasAnswered = false
  closed.addEventListener('abort', () => rooms.forEach(release))

  function release(room: AnswerRoom): void {
    room.release()
    rooms.delete(room)
  }

  function flush(): void {
    socket.cork()
    while (places[0]?.done) {
      const { answer = [], room } = places.shift()!
      if (answer.length === 0) release(room)
      for (const [index, buffer] of answer.entries())
        socket.write(buffer, index === answer.length - 1 ? () => release(room) : undefined)
      hasAnswered ||= answer.length > 0
    }
    process.nextTick(() => socket.uncork())
  }

  return {
    get length() {
      return places.length
    },
    get wasTaken() {
      return hasAnswered && places.length === 0 && socket.writableLength === 0
    },
    open(isReader) {
      const room = createAnswerRoom(shares, isReader, closed)
      const place: Place = { answer: undefined, done: false, room }
      places.push(place)
      return {
        room,
        finish(answer) {
          place.answer = answer
          place.done = true
          rooms.add(room)
          if (closed.aborted) return release(room)
          room.keep(answer?.reduce((bytes, { length }) => bytes + length, 0))
          if (!socket.destroyed) flush()
        },
      }
    },
  }
}
