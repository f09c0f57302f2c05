import { randomUUID } from 'node:crypto'
import { openChannel, type Channel, type MessagePort, type Methods } from '../../../kernel/channel.ts'
import type { OpenedPort, SharedPort } from '../../../kernel/shared-port.ts'
import type { SupervisorSide, WorkerSide } from '../../join/join-methods.ts'
import type { ChildExit, ChildOptions, SpawnChild, SpawnedChild } from '../spawn-child.ts'

/** A worker that has joined: processes of deliveries run there as they do here. */
export interface JoinedWorker {
  /** No other one has it. */
  readonly name: string
  /** On another machine than the supervisor. */
  readonly isElsewhere: boolean
  readonly spawn: SpawnChild
}

/** Its processes, by share. */
export interface JoinedProcesses {
  readonly spawn: SpawnChild
  readonly host: Pick<SupervisorSide, 'ended' | 'said'>
}

interface Running {
  readonly port: OpenedPort
  readonly onLine: (line: string) => void
  readonly onExit: (exit: ChildExit) => void
}

export function joinedProcesses(shared: SharedPort, control: () => Channel<WorkerSide>): JoinedProcesses {
  const running = new Map<string, Running>()

  function end(share: string, exit: ChildExit): void {
    const process = running.get(share)
    if (!process) return
    running.delete(share)
    process.onExit(exit)
    process.port.close()
  }

  function spawn<Remote extends Methods>({ local = {}, onLine }: ChildOptions): SpawnedChild<Remote> {
    const share = randomUUID()
    const port = shared.open(share)
    const exited = Promise.withResolvers<ChildExit>()
    running.set(share, { port, onLine, onExit: exited.resolve })
    const failed = (): void => end(share, { code: 1, signal: null })
    port.onClose(failed)
    const begun = control().call('begin', { share })
    begun.catch(failed)
    return {
      pid: 0,
      channel: openChannel<Remote>(sendingAfter(begun, port), local),
      exited: exited.promise,
      kill: () => void control().call('end', { share }).catch(failed),
    }
  }

  return {
    spawn,
    host: {
      ended({ share, code, signal }) {
        end(share, { code, signal })
        return null
      },
      said({ share, lines }) {
        for (const line of lines) running.get(share)?.onLine(line)
        return null
      },
    },
  }
}

/** Nothing is said before the other side listens. */
function sendingAfter(begun: Promise<unknown>, port: MessagePort): MessagePort {
  return {
    send: (message) => void begun.then(() => port.send(message)).catch(() => undefined),
    onMessage: (listener) => port.onMessage(listener),
    onClose: (listener) => port.onClose(listener),
  }
}
