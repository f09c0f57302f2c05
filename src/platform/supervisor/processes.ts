import { join } from 'node:path'
import type { ChangeCount } from '../../kernel/change-count.ts'
import type { PointerStore } from '../../lake/catalog/pointer-store.ts'
import type { Relations } from '../../sql/engine-host.ts'
import type { AdoptionStore } from '../../storage/metadata/adoptions.ts'
import type { EpochStore } from '../../storage/metadata/epochs.ts'
import { internalBootstrap } from '../../stream/internal-address.ts'
import type { SecurityChange } from '../../stream/broker/security/security-log.ts'
import { connectKafka } from '../../stream/client/connect.ts'
import type { KafkaClient } from '../../stream/client/kafka-client.ts'
import type { LogChildConfig } from '../children/child-methods.ts'
import type { DataDirectory } from './data-directory.ts'
import { answerForMemory } from './delivery-memory.ts'
import { runDeliveryWorkers, type DeliveryWorkers } from './delivery-workers.ts'
import { createEngineHost } from './engine-host.ts'
import { runEngine, type EngineProcess } from './engine-process.ts'
import { listenersOf } from './listeners.ts'
import { runLog, type LogProcess } from './log-process.ts'
import { watchMemory } from './memory-watch.ts'
import { runOperator, type OperatorProcess } from './operator-process.ts'
import type { ProcessLogs } from './process-logs.ts'
import type { SupervisorOptions } from './supervisor-options.ts'
import type { Ports } from './choose-ports.ts'

export interface ProcessesOptions extends SupervisorOptions {
  readonly places: DataDirectory
  readonly ports: Ports
  readonly logs: ProcessLogs
  readonly pointers: PointerStore
  readonly epochs: EpochStore
  readonly adoptions: AdoptionStore
  readonly relations: () => Promise<Relations>
  /** What SQL engines look at instead of asking again. */
  readonly changes: ChangeCount
  /** Somebody changed users, ACLs or quotas of the log. */
  readonly onSecurityChange: (change: SecurityChange) => Promise<null>
}

/** The process tree below the supervisor. */
export interface Processes {
  readonly log: LogProcess
  readonly workers: DeliveryWorkers
  readonly engine: EngineProcess
  readonly operator: OperatorProcess
  /** Of the log, for Weir's own parts. */
  readonly bootstrap: string
  /** One client of ours for all that the supervisor asks of the log; connects when it is first needed. */
  kafka(): Promise<KafkaClient>
  /** Workers first, with a commit; then the engine, then the log. */
  stop(): Promise<void>
  kill(): void
}

/** DuckDB goes beyond its limit by about this much. */
const beyondDuckdbBytes = 250_000_000
const deadlineMs = 30_000

export function runProcesses(options: ProcessesOptions): Processes {
  const { places, ports, logs, project } = options
  const { logger } = logs
  const internalSocket = join(places.sockets, 'kafka.sock')
  const bootstrap = internalBootstrap(internalSocket)
  const { streams } = project.settings
  const log = runLog(
    {
      directory: places.log,
      projectDirectory: options.projectDirectory,
      listeners: listenersOf(project).map((listener, at) => ({ ...listener, port: ports.listeners[at]! })),
      internalSocket,
      ...(streams?.users === undefined ? {} : { users: streams.users }),
      ...(streams?.encryption === undefined ? {} : { encryption: streams.encryption }),
      ...(streams?.authorization === undefined ? {} : { authorization: streams.authorization }),
      autoCreateTopics: project.settings.autoCreateTopics,
      defaultPartitions: project.settings.defaultPartitions,
      limits: limitsOf(project.settings),
    },
    { securityChanged: (change) => options.onSecurityChange(change) },
    logs,
    logger,
  )
  let client: Promise<KafkaClient> | undefined
  const kafka = (): Promise<KafkaClient> =>
    (client ??= log
      .ready()
      .then(() => connectKafka({ bootstrap, clientId: 'weir-supervisor' }))
      .catch((error: unknown) => {
        client = undefined
        throw error
      }))
  const memory = answerForMemory(options.adoptions, log)
  const workers = runDeliveryWorkers({
    memory,
    onChange: () => options.changes.raise(),
    forget: (delivery) => options.adoptions.forget(delivery),
    nextEpoch: (delivery) => options.epochs.next(delivery),
    partitionsOf: async (topic) => {
      const [found] = await (await kafka()).topics.describe([topic])
      return found?.partitions.map(({ partition }) => partition) ?? []
    },
    logs,
    logger,
    memoryBytesMax: options.workerMemoryBytes,
  })
  const engine = runEngine({
    config: {
      memoryLimitBytes: options.engineMemoryBytes - beyondDuckdbBytes,
      threads: options.threads,
      temporaryDirectory: join(places.run, 'engine-spill'),
      linkDirectory: join(places.tail, 'engine-links'),
      warehouse: `file://${places.lake}`,
      database: 'weir',
    },
    host: createEngineHost({
      relations: options.relations,
      pointers: options.pointers,
      tailSources: () => workers.tailSources,
      changes: options.changes,
    }),
    runDirectory: places.sockets,
    memoryBytesMax: options.engineMemoryBytes,
    ...(options.engineIdleMs === undefined ? {} : { idleMs: options.engineIdleMs }),
    logs,
    logger,
  })
  const operator = runOperator(
    {
      temporaryDirectory: join(places.tail, 'operator'),
      memoryLimitBytes: options.workerMemoryBytes - beyondDuckdbBytes,
      threads: options.threads,
    },
    memory,
    options.workerMemoryBytes,
    logs,
    logger,
  )
  const residentMemory = watchMemory(() => [...workers.watched, ...engine.watched, ...operator.watched], logger)
  return {
    log,
    workers,
    engine,
    operator,
    bootstrap,
    kafka,
    async stop() {
      await workers.stop(deadlineMs)
      residentMemory.stop()
      await Promise.all([engine.child.stop(2000), operator.child.stop(2000)])
      await client?.then((open) => open.close()).catch(() => undefined)
      await log.stop(deadlineMs)
    },
    kill() {
      residentMemory.stop()
      workers.kill()
      engine.child.kill()
      operator.child.kill()
      log.kill()
    },
  }
}

function limitsOf({
  offsetsRetentionMs,
  transactionTimeoutMaxMs,
}: SupervisorOptions['project']['settings']): NonNullable<LogChildConfig['limits']> {
  return {
    ...(offsetsRetentionMs === undefined ? {} : { offsetsRetentionMs }),
    ...(transactionTimeoutMaxMs === undefined ? {} : { transactionTimeoutMsMax: transactionTimeoutMaxMs }),
  }
}
