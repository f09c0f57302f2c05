import type { ChildProcess } from 'node:child_process'
import type { MessagePort } from './channel.ts'

/** The supervisor's end of a child's IPC. */
export function portOfChild(child: ChildProcess): MessagePort {
  return {
    // A child that died between two calls is reported by its exit, not by the send that missed it.
    send: (message) => child.connected && child.send(message as never, () => undefined),
    onMessage: (listener) => child.on('message', listener),
    onClose: (listener) => child.once('close', listener),
  }
}

/** A child's end. A child without its supervisor has nothing to do: it must end when this closes. */
export function portOfSupervisor(): MessagePort {
  return {
    send: (message) => process.connected && process.send?.(message, undefined, {}, () => undefined),
    onMessage: (listener) => process.on('message', listener),
    onClose: (listener) => process.once('disconnect', listener),
  }
}
