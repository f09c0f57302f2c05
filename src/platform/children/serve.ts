import type { Methods, Channel } from '../../kernel/channel.ts'
import { openChannel } from '../../kernel/channel.ts'
import { saveCompiled } from '../../kernel/compile-cache.ts'
import { portOfSupervisor } from '../../kernel/child-port.ts'
import { createLogger, type Logger } from '../../kernel/logger.ts'
import type { ChildMethods, MetricsJson } from './child-methods.ts'

/** What runs in a child once it was started. */
export interface Running<Ready, Status> {
  readonly ready: Ready
  status(): Status | Promise<Status>
  metrics(): MetricsJson | Promise<MetricsJson>
  stop(deadlineMs: number): Promise<void>
  /** Methods beyond those of every child. */
  readonly methods?: Methods
}

/**
 * The main program of a child. It ends when its supervisor goes, whatever it is doing: what is durable is found by the
 * next start, and a child without a supervisor would hold its locks (INV-P2). Signals of a terminal or of systemd reach the
 * whole group; the supervisor stops its children in order, so a child leaves them alone.
 */
export function serveSupervisor<Config, Ready, Status, Host extends Methods = Methods>(
  name: string,
  start: (config: Config, context: { host: Channel<Host>; logger: Logger }) => Promise<Running<Ready, Status>>,
): void {
  const logger = createLogger(name)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
  let running: Running<Ready, Status> | undefined
  let starting: Promise<Running<Ready, Status>> | undefined

  const own: ChildMethods<Config, Ready, Status> = {
    async start(config) {
      starting ??= start(config, { host, logger })
      running = await starting
      for (const [method, answer] of Object.entries(running.methods ?? {})) local[method] = answer
      setImmediate(saveCompiled)
      return running.ready
    },
    status: () => mustRun().status(),
    metrics: async () => (await running?.metrics()) ?? [],
    async stop({ deadlineMs }) {
      // Answered first, then gone: the supervisor counts an exit without an answer as a crash.
      await running?.stop(deadlineMs)
      setImmediate(() => process.exit(0))
      return null
    },
  }
  const local: Record<string, (params: never) => unknown> = { ...own }
  const host = openChannel<Host>(portOfSupervisor(), local)
  // `process.exit` waits for threads at work, and DuckDB may be in a statement of hours.
  void host.closed.then(() => process.kill(process.pid, 'SIGKILL'))
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'uncaught error; this process ends and is started again')
    process.exit(1)
  })

  function mustRun(): Running<Ready, Status> {
    if (!running) throw new Error(`${name} was asked before it was started`)
    return running
  }
}
