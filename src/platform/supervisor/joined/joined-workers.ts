import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { openChannel, type Channel } from '../../../kernel/channel.ts'
import { openLinePort, type LinePort } from '../../../kernel/line-port.ts'
import type { Logger } from '../../../kernel/logger.ts'
import { machineId } from '../../../kernel/machine-id.ts'
import { sharePort } from '../../../kernel/shared-port.ts'
import { version } from '../../../kernel/version.ts'
import { controlName, type ListenerPlace, type SupervisorSide, type WorkerSide } from '../../join/join-methods.ts'
import { joinedProcesses, type JoinedWorker } from './joined-worker.ts'

/** Told of those that come and go. */
export interface JoinedListener {
  joined(worker: JoinedWorker): void
  /** It still answers, and is to be given nothing more; resolves when it has nothing to do. */
  leaving(worker: JoinedWorker): Promise<void>
  lost(worker: JoinedWorker): void
}

/** The workers that have joined (joined-workers.md). */
export interface JoinedWorkers {
  /** A connection that a worker has opened, past authentication; `head` is what was read of it. */
  accept(connection: Duplex, head: Buffer): void
  readonly all: readonly JoinedWorker[]
  onChange(listener: JoinedListener): void
  /** Lets all of them go. */
  stop(): void
}

export interface JoinedWorkersOptions {
  /** Of the data directory: whoever sees the file there sees the lake. */
  readonly runDirectory: string
  readonly listener: ListenerPlace | null
  readonly logger: Logger
}

export function createJoinedWorkers({ runDirectory, listener, logger }: JoinedWorkersOptions): JoinedWorkers {
  const workers = new Map<LinePort, JoinedWorker>()
  const ports = new Set<LinePort>()
  const listeners: JoinedListener[] = []
  const probe = { path: join(runDirectory, 'joined-probe'), text: randomUUID() }
  writeFileSync(probe.path, probe.text, { mode: 0o600 })

  async function welcome(port: LinePort): Promise<void> {
    const shared = sharePort(port)
    const processes = joinedProcesses(shared, () => control)
    const local: SupervisorSide = { ...processes.host, leaving: () => leave(port) }
    const control: Channel<WorkerSide> = openChannel<WorkerSide>(shared.open(controlName), local)
    const machine = machineId()
    const introduced = await control.call('hello', { version: version(), machine, probe, listener })
    const worker: JoinedWorker = {
      name: freeName(introduced.name),
      isElsewhere: machine === null || introduced.machine !== machine,
      spawn: processes.spawn,
    }
    workers.set(port, worker)
    logger.info({ worker: worker.name, isElsewhere: worker.isElsewhere }, 'a worker has joined')
    port.onClose(() => lose(port))
    for (const each of listeners) if (workers.has(port)) each.joined(worker)
  }

  async function leave(port: LinePort): Promise<null> {
    const worker = workers.get(port)
    if (worker) await Promise.all(listeners.map((each) => each.leaving(worker)))
    return null
  }

  function lose(port: LinePort): void {
    const worker = workers.get(port)
    if (!worker) return
    workers.delete(port)
    logger.warn({ worker: worker.name }, 'a worker has gone')
    for (const each of listeners) each.lost(worker)
  }

  /** Names become those of processes and of their logs. */
  function freeName(wanted: string): string {
    const name = wanted.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 60) || 'worker'
    const taken = new Set([...workers.values()].map((worker) => worker.name))
    if (!taken.has(name)) return name
    for (let number = 2; ; number++) if (!taken.has(`${name}-${number}`)) return `${name}-${number}`
  }

  return {
    accept(connection, head) {
      const port = openLinePort(connection, head)
      ports.add(port)
      port.onClose(() => ports.delete(port))
      welcome(port).catch((error: unknown) => {
        logger.warn({ err: error }, 'a worker did not join')
        port.close()
      })
    },
    get all() {
      return [...workers.values()]
    },
    onChange: (listener) => void listeners.push(listener),
    stop: () => [...ports].forEach((port) => port.close()),
  }
}
