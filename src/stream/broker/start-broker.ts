import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Registry } from 'prom-client'
import type { Files } from '../../kernel/files/files.ts'
import { createReserve } from '../../kernel/files/reserve.ts'
import { acquireLock, type Lock } from '../../kernel/lock.ts'
import type { Clock } from '../../kernel/clock.ts'
import { handlersOf } from './apis/all-handlers.ts'
import type { ApiServices } from './apis/services.ts'
import { createBrokerFigures } from './metrics/broker-figures.ts'
import { createBrokerMetrics } from './metrics/broker-metrics.ts'
import { registerGroupSeries } from './metrics/group-series.ts'
import { registerTopicSeries } from './metrics/topic-series.ts'
import { createBrokerStatus } from './broker-status.ts'
import { defaultLimits, type Broker, type BrokerConfig, type BrokerLimits, type BrokerServices } from './broker.ts'
import { startChores } from './chores.ts'
import { openLogFiles } from './encryption/open-log-files.ts'
import type { CommittedOffsets } from './groups/committed-offsets.ts'
import { groupTopicsOf } from './topics/group-topics.ts'
import { realTimeAndChance } from './groups/coordinator.ts'
import { openGroups, type Groups } from './groups/groups.ts'
import type { GroupLimits } from './groups/group-limits.ts'
import { lostCheckpoints, lostSecurity } from './lost-files.ts'
import { createLogNotices, type LogNotices } from './log-notices.ts'
import { createLentMemory } from './network/lent-memory.ts'
import { openListeners } from './open-listeners.ts'
import { createMemoryBudget } from './network/memory-budget.ts'
import { readRestoreNote, removeRestoreNote } from './restore-note.ts'
import { createRegisteredSchemas } from './schemas/registered-schemas.ts'
import { openSecurity } from './security/open-security.ts'
import { hasSecurityStore } from './security/security-store.ts'
import { readJsonIfWhole, writeJson } from './storage/small-file.ts'
import { unwritten } from './storage/partition-checkpoint.ts'
import type { StateLogPlace } from './storage/state-log.ts'
import { createStorage } from './storage/storage-services.ts'
import { openCheckpoints, type Checkpoints } from './topics/checkpoints.ts'
import { highestGiven, openProducerIds, readProducerIds } from './topics/producer-ids.ts'
import { openTopicStore, type TopicStore } from './topics/topic-store.ts'
import { writeAgain } from './topics/write-again.ts'
import { openTransactions, producerIdsIn, type TransactionTable } from './transactions/transaction-table.ts'
import { startTransactions } from './transactions/transactions.ts'

/** Of room on the disk for deletions: checkpoints of ten thousand partitions take less. */
const reserveBytes = 2 * 1024 * 1024

const lockWaitMs = 5000
const lentIdleMs = 10_000

/**
 * Opens the log in `config.directory`, recovers it, and listens. Throws WEIR-2001 when another log owns the directory and
 * WEIR-3006 when the port is taken.
 */
export async function startBroker(config: BrokerConfig, services: BrokerServices): Promise<Broker> {
  const { clock, logger } = services
  const registry = services.metrics ?? new Registry()
  const metrics = createBrokerMetrics(registry)
  const limits = { ...defaultLimits, ...config.limits }
  const { directory } = config
  await services.files.makeDirectory(directory)
  const lock = await waitForLock(`${directory}/log.lock`, directory, clock)
  try {
    const files = await openLogFiles(services.files, directory, config.encryption)
    const onSync = (seconds: number): void => metrics.syncSeconds.observe(seconds)
    const storage = createStorage({ files, clock, logger, onSync }, limits)
    const restored = await readRestoreNote(files, directory)
    const isNew = await isNewLog(files, directory)
    const notices = createLogNotices(logger)
    const checkpoints = await openCheckpoints(files, directory)
    if (!isNew && checkpoints.found !== 'whole') notices.add(lostCheckpoints(directory, checkpoints.found))
    const placeOf = stateLogPlaces(directory, checkpoints, restored !== undefined, notices)
    const writtenIds = await readProducerIds(files, `${directory}/producer-ids.json`)
    const reserve = createReserve(files, `${directory}/reserve`, { bytes: reserveBytes })
    await reserve.refill()
    const topics = await openTopicStore(directory, checkpoints, storage, {
      partitionsOpenMax: limits.partitionsOpenMax,
      reserve,
      restored,
      opensUsed: writtenIds.next === undefined,
    })
    const audit = services.audit ?? (() => undefined)
    if (!isNew && !(await hasSecurityStore(files, directory))) notices.add(lostSecurity(directory))
    const security = await openSecurity(directory, config.security ?? {}, {
      files,
      clock,
      logger,
      metrics,
      audit,
      ...limits,
    })
    const groups = await openGroups(placeOf('groups'), storage, {
      clock,
      logger,
      ...realTimeAndChance,
      topics: groupTopicsOf(topics, () => security.authorizer()),
      limits: groupLimits(limits),
    })
    await forgetGoneTopics(groups.offsets, topics)
    const openedTransactions = await openTransactions(placeOf('transactions'), storage)
    const known = { topics, groups, transactions: openedTransactions.table }
    const givenIds = {
      highest: highestKnown(known),
      isNewLog: isNew,
      passedOver: restored?.offsets ?? 0,
      now: clock.now(),
    }
    const producerIds = await openProducerIds(files, writtenIds, givenIds, (found) => notices.add(found))
    if (restored) await removeRestoreNote(files, directory)
    const transactions = startTransactions(openedTransactions, storage, { topics, groups, producerIds })
    const api: ApiServices = {
      topics,
      groups,
      producerIds,
      transactions,
      schemas: createRegisteredSchemas((name) => topics.get(name)),
      clock,
      logger,
      metrics,
      limits,
      autoCreateTopics: config.autoCreateTopics,
      defaultPartitions: config.defaultPartitions,
      clusterId: await clusterIdOf(files, directory),
      disk: { directory, space: () => files.space(directory) },
      security,
    }
    registerTopicSeries(registry, topics, metrics.topics)
    registerGroupSeries(registry, groups, topics)
    const watched = createBrokerFigures(topics, groups, metrics.topics, clock)
    // The largest request beside others: what never fits would wait for ever.
    const requests = createMemoryBudget(Math.max(limits.requestBytesHeldMax, 2 * limits.requestBytesMax))
    const memory = createLentMemory(limits.lentBytesKept, lentIdleMs)
    const answers = createMemoryBudget(limits.answerBytesHeldMax)
    const server = await openListeners(config, api, {
      limits,
      clock,
      logger,
      handlers: handlersOf(api),
      memory,
      onAnswered: metrics.requests.answered,
      requests,
      answerShares: { memory, budget: answers, forReaders: Math.floor(limits.answerBytesHeldMax / 2) },
      onConnections: (change) => metrics.connections.inc(change),
    })
    const status = createBrokerStatus(topics, groups, metrics, clock, () => ({
      connections: server.connections,
      memory: { requestBytes: requests.held, answerBytes: answers.held },
    }))
    const chores = startChores(api, {
      sample() {
        status.sample()
        watched.sample()
      },
      tryBroken: () => writeAgain(topics, directory, files),
      lookAtCertificates: () => server.lookAtCertificates(),
    })
    logger.info({ ports: server.ports, topics: topics.all().length }, 'the log is open')
    return {
      port: server.ports[0]!,
      ports: server.ports,
      metrics: registry,
      figures: watched.figures,
      status: () => status.read(),
      notices: notices.all,
      async stop() {
        chores.stop()
        await server.close()
        await chores.settled()
        await transactions.close()
        await groups.close()
        await topics.close()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

function groupLimits(limits: BrokerLimits): GroupLimits {
  return {
    initialRebalanceDelayMs: limits.groupInitialRebalanceDelayMs,
    membersMax: limits.groupMembersMax,
    consumerHeartbeatIntervalMs: limits.consumerGroupHeartbeatIntervalMs,
    consumerSessionTimeoutMs: limits.consumerGroupSessionTimeoutMs,
  }
}

/** A kill may have come between the end of a topic and that of its commits. */
async function forgetGoneTopics(offsets: CommittedOffsets, topics: TopicStore): Promise<void> {
  await offsets.forget(
    ({ topic, committed }) => committed.topicId !== undefined && committed.topicId !== topics.get(topic)?.id,
  )
}

/** A predecessor that was killed may still be dying. */
async function waitForLock(path: string, directory: string, clock: Clock): Promise<Lock> {
  const deadline = clock.monotonic() + lockWaitMs
  for (;;) {
    try {
      return acquireLock(path, `the log in ${directory}`)
    } catch (error) {
      if (clock.monotonic() >= deadline) throw error
      await pause(50)
    }
  }
}

/**
 * Logs of states are written down beside the partitions of topics. A backup that was copied while one was written anew has what was there
 * when the copy came to it: of a restored one nothing is known.
 */
function stateLogPlaces(
  directory: string,
  checkpoints: Checkpoints,
  wasRestored: boolean,
  notices: LogNotices,
): (name: string) => StateLogPlace {
  return (name) => ({
    folder: `${directory}/${name}`,
    written: wasRestored ? unwritten : checkpoints.of(name),
    write: (checkpoint) => checkpoints.save(new Map([[name, checkpoint]])),
    onDamage: (found) => notices.add(found),
  })
}

/** The highest producer id that anything of the log knows. */
function highestKnown({
  topics,
  groups,
  transactions,
}: {
  readonly topics: TopicStore
  readonly groups: Groups
  readonly transactions: TransactionTable
}): number | undefined {
  const pending = groups.offsets.pendingTransactions().map(({ producerId }) => producerId)
  return highestGiven([topics.highestProducerId() ?? -1, ...producerIdsIn(transactions), ...pending])
}

/** The first start has not come to its end: nothing was taken by it. */
async function isNewLog(files: Files, directory: string): Promise<boolean> {
  return (await files.size(clusterPath(directory))) === undefined
}

function clusterPath(directory: string): string {
  return `${directory}/cluster.json`
}

async function clusterIdOf(files: Files, directory: string): Promise<string> {
  const path = clusterPath(directory)
  const known = await readJsonIfWhole<{ id: string }>(files, path)
  if (known) return known.id
  const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url')
  await writeJson(files, path, { id })
  return id
}
