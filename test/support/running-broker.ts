import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, type Clock } from '../../src/kernel/clock.ts'
import type { Files } from '../../src/kernel/files/files.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { silentLogger, type Logger } from '../../src/kernel/logger.ts'
import type { Broker, BrokerConfig, BrokerServices } from '../../src/stream/broker/broker.ts'
import { startBroker } from '../../src/stream/broker/start-broker.ts'

export interface RunningBroker extends AsyncDisposable {
  readonly directory: string
  /** `host:port`; another one after a restart. */
  readonly bootstrap: string
  readonly broker: Broker
  /** Of each listener. */
  readonly ports: readonly number[]
  /** With some settings changed from then on. */
  restart(config?: Partial<BrokerConfig>): Promise<void>
  /** After `broker.stop()`. */
  start(): Promise<void>
}

/** A log of its own in a folder that goes with it. */
export async function runBroker(
  options: {
    config?: Partial<BrokerConfig>
    files?: Files
    clock?: Clock
    logger?: Logger
    audit?: NonNullable<BrokerServices['audit']>
  } = {},
): Promise<RunningBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-log-'))
  const directory = join(folder, 'log')
  let { config } = options
  const start = (): Promise<Broker> =>
    startBroker(
      { directory, host: '127.0.0.1', port: 0, autoCreateTopics: true, defaultPartitions: 4, ...config },
      {
        ...options,
        files: options.files ?? nodeFiles,
        clock: options.clock ?? systemClock,
        logger: options.logger ?? silentLogger,
      },
    )
  let broker = await start()
  return {
    directory,
    get bootstrap() {
      return `127.0.0.1:${broker.port}`
    },
    get broker() {
      return broker
    },
    get ports() {
      return broker.ports
    },
    async restart(changed) {
      await broker.stop()
      config = { ...config, ...changed }
      broker = await start()
    },
    async start() {
      broker = await start()
    },
    async [Symbol.asyncDispose]() {
      await broker.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
