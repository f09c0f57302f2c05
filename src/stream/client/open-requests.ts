import { WeirError } from '../../kernel/errors/weir-error.ts'

interface OpenRequest {
  readonly correlationId: number
  readonly resolve: (frame: Buffer) => void
  readonly reject: (error: unknown) => void
  readonly timer: NodeJS.Timeout
  readonly into: Buffer | undefined
}

/** The requests of one connection that wait for their answers, in order. */
export interface OpenRequests {
  /** Waits for the answer; `onLate` is called when it does not come in time, and must end the connection. */
  add(correlationId: number, timeoutMs: number, onLate: () => void, into?: Buffer): Promise<Buffer>
  /** Where an answer of this length goes: it is the oldest's, whose caller may have given memory for it. */
  memoryFor(length: number): Buffer
  /** Gives the frame to the oldest; WEIR-3001 when it answers another one. */
  answer(frame: Buffer): void
  failAll(error: WeirError): void
}

export function createOpenRequests(address: string): OpenRequests {
  const open: OpenRequest[] = []
  return {
    add: (correlationId, timeoutMs, onLate, into) =>
      new Promise((resolve, reject) => {
        open.push({ correlationId, resolve, reject, timer: setTimeout(onLate, timeoutMs), into })
      }),
    memoryFor(length) {
      const into = open[0]?.into
      return into && length <= into.length ? into.subarray(0, length) : Buffer.allocUnsafeSlow(length)
    },
    answer(frame) {
      const oldest = open[0]
      if (!oldest || frame.readInt32BE(0) !== oldest.correlationId)
        throw new WeirError('WEIR-3001', `the broker at ${address} gave an answer to no request of ours`)
      open.shift()
      clearTimeout(oldest.timer)
      oldest.resolve(frame)
    },
    failAll(error) {
      for (const { timer, reject } of open.splice(0)) {
        clearTimeout(timer)
        reject(error)
      }
    },
  }
}
