import { join } from 'node:path'
import type { BrokerStatus } from '../../../stream/broker/broker.ts'
import { limitsOfMemory } from '../../../stream/broker/memory-limits.ts'
import type { SecurityChange } from '../../../stream/broker/security/security-log.ts'
import { internalBootstrap } from '../../../stream/internal-address.ts'
import type { LogChildConfig } from '../../children/child-methods.ts'
import type { KafkaAccess } from '../../streams/kafka-access.ts'
import type { Ports } from '../choose-ports.ts'
import type { DataDirectory } from '../data-directory.ts'
import { listenersOf } from '../listeners.ts'
import { runLog } from '../log-process.ts'
import type { ProcessLogs } from '../process-logs.ts'
import type { SupervisorOptions } from '../supervisor-options.ts'
import { createKafkaConnection } from './kafka-connection.ts'
import { streamStates } from './log-stream-states.ts'
import type { StreamsPlace } from './streams-place.ts'

export interface EmbeddedLogOptions extends Pick<SupervisorOptions, 'project' | 'projectDirectory'> {
  readonly places: DataDirectory
  readonly ports: Ports
  readonly logs: ProcessLogs
  /** Somebody changed users, ACLs or quotas. */
  readonly onSecurityChange: (change: SecurityChange) => Promise<null>
}

/** Recovery reads the last segments of every partition. */
const startMs = 120_000
const patienceMs = 2000
const defaults = { logMemoryBytes: 768_000_000, autoCreateTopics: true, defaultPartitions: 4 }

/** The log, in a process of its own. It knows more of its topics than the Kafka protocol tells. */
export function runEmbeddedLog(options: EmbeddedLogOptions): StreamsPlace {
  const { places, logs, projectDirectory, onSecurityChange } = options
  const internalSocket = join(places.sockets, 'kafka.sock')
  const access: KafkaAccess = { bootstrap: internalBootstrap(internalSocket), projectDirectory }
  const host = { securityChanged: (change: SecurityChange) => onSecurityChange(change) }
  const log = runLog(logConfig(options, internalSocket), host, logs, logs.logger)
  const connection = createKafkaConnection(access, { whenReady: () => log.ready() })
  const status = async (): Promise<BrokerStatus> =>
    (await (await log.ready()).call('status', null)) as unknown as BrokerStatus
  return {
    access,
    showsOthers: true,
    ready: () => log.ready(startMs).then(() => true),
    kafka: () => connection.open(),
    states: streamStates(async () => (log.channel === undefined ? undefined : status())),
    async rates() {
      const moving = await log.channel?.call('rates', null)
      return moving && new Map(moving.map(({ topic, recordsIn }) => [topic, recordsIn]))
    },
    async deletedTopics(stream) {
      const { deletedTopics } = await status()
      return deletedTopics
        .filter(({ name }) => name === stream)
        .toSorted((left, right) => Date.parse(left.deletedAt) - Date.parse(right.deletedAt))
        .map(({ id, endOffsets }) => ({ id, endOffsets }))
    },
    async holes(id) {
      const topic = (await status()).topics.find((found) => found.id === id)
      return topic?.partitions.map(({ holes = [] }) => holes.map(({ from, to }) => ({ from, to }))) ?? []
    },
    trouble: undefined,
    async look() {
      try {
        const notices = await log.channel?.call('notices', null, { timeoutMs: patienceMs })
        return { trouble: undefined, notices: notices ?? [] }
      } catch {
        return { trouble: `the log has not answered within ${patienceMs / 1000} s. See weir logs log`, notices: [] }
      }
    },
    log,
    async stop(deadlineMs) {
      await connection.close()
      await log.stop(deadlineMs)
    },
    kill: () => log.kill(),
  }
}

function logConfig(
  { places, ports, project, projectDirectory }: EmbeddedLogOptions,
  internalSocket: string,
): LogChildConfig {
  const { offsetsRetentionMs, transactionTimeoutMaxMs, memory, streams, autoCreateTopics, defaultPartitions } =
    project.settings
  return {
    directory: places.log,
    projectDirectory,
    listeners: listenersOf(project).map((listener, at) => ({ ...listener, port: ports.listeners[at]! })),
    internalSocket,
    ...(streams?.users === undefined ? {} : { users: streams.users }),
    ...(streams?.encryption === undefined ? {} : { encryption: streams.encryption }),
    ...(streams?.authorization === undefined ? {} : { authorization: streams.authorization }),
    autoCreateTopics: autoCreateTopics ?? defaults.autoCreateTopics,
    defaultPartitions: defaultPartitions ?? defaults.defaultPartitions,
    limits: {
      ...limitsOfMemory(memory?.logBytes ?? defaults.logMemoryBytes),
      ...(offsetsRetentionMs === undefined ? {} : { offsetsRetentionMs }),
      ...(transactionTimeoutMaxMs === undefined ? {} : { transactionTimeoutMsMax: transactionTimeoutMaxMs }),
    },
  }
}
