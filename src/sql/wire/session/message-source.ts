import type { RawMessage } from '../message-stream.ts'

/** Where a session's messages come from: `next` again after a `canceled` that won gives the message that was awaited. */
export interface MessageSource {
  next(canceled?: Promise<never>): Promise<RawMessage | undefined>
}

export function messageSource(next: () => Promise<RawMessage | undefined>): MessageSource {
  let awaited: Promise<RawMessage | undefined> | undefined
  return {
    async next(canceled) {
      awaited ??= next()
      const message = await (canceled ? Promise.race([awaited, canceled]) : awaited)
      awaited = undefined
      return message
    },
  }
}
