import type { MessagePort } from './channel.ts'

/** Several channels over one connection. */
export interface SharedPort {
  /** The one of this name; both sides open it by the same name. What comes before that is lost. */
  open(name: string): OpenedPort
}

export interface OpenedPort extends MessagePort {
  /** For this side alone: it hears nothing more, and its listeners are told that it is closed. */
  close(): void
}

interface Envelope {
  readonly on: string
  readonly message: unknown
}

export function sharePort(port: MessagePort): SharedPort {
  const opened = new Map<string, (message: unknown) => void>()
  port.onMessage((received) => {
    const { on, message } = received as Envelope
    opened.get(on)?.(message)
  })
  return {
    open(name) {
      const messages: ((message: unknown) => void)[] = []
      const closings: (() => void)[] = []
      let isClosed = false
      opened.set(name, (message) => messages.forEach((listener) => listener(message)))
      const close = (): void => {
        if (isClosed) return
        isClosed = true
        opened.delete(name)
        for (const closing of closings) closing()
      }
      port.onClose(close)
      return {
        send: (message) => void (isClosed || port.send({ on: name, message } satisfies Envelope)),
        onMessage: (listener) => void messages.push(listener),
        onClose: (listener) => void (isClosed ? listener() : closings.push(listener)),
        close,
      }
    },
  }
}
