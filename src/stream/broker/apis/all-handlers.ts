import { aclHandlers } from './acls.ts'
import { clusterHandlers } from './cluster.ts'
import { configHandlers } from './configs.ts'
import { consumerGroupHandlers } from './consumer-groups.ts'
import { createPartitionsHandler } from './create-partitions.ts'
import { createTopicsHandler } from './create-topics.ts'
import { deleteRecordsHandler } from './delete-records.ts'
import { deleteTopicsHandler } from './delete-topics.ts'
import { describeTopicPartitionsHandler } from './describe-topics.ts'
import { fetchHandler } from './fetch.ts'
import { groupDescriptionHandlers } from './group-descriptions.ts'
import { groupOffsetHandlers } from './group-offsets.ts'
import { groupHandlers } from './groups.ts'
import type { Handler } from './handler.ts'
import { leaderEpochHandler } from './leader-epochs.ts'
import { listOffsetsHandler } from './list-offsets.ts'
import { logDirsHandler } from './log-dirs.ts'
import { produceHandler } from './produce.ts'
import { quotaHandlers } from './quotas.ts'
import { replicaHandlers } from './replicas.ts'
import { saslHandlers } from './sasl.ts'
import type { ApiServices } from './services.ts'
import { transactionAdminHandlers } from './transaction-admin.ts'
import { transactionalOffsetsHandler } from './transactional-offsets.ts'
import { transactionHandlers } from './transactions.ts'
import { userHandlers } from './users.ts'

/** Who answers each API, by its key. */
export function handlersOf(api: ApiServices): ReadonlyMap<number, Handler> {
  const all = [
    produceHandler(api),
    fetchHandler(api),
    listOffsetsHandler(api),
    leaderEpochHandler(api),
    ...clusterHandlers(api),
    ...saslHandlers(),
    ...aclHandlers(api),
    ...userHandlers(api),
    ...quotaHandlers(api),
    createTopicsHandler(api),
    createPartitionsHandler(api),
    deleteTopicsHandler(api),
    deleteRecordsHandler(api),
    describeTopicPartitionsHandler(api),
    logDirsHandler(api),
    ...replicaHandlers(api),
    ...configHandlers(api),
    ...groupHandlers(api),
    ...groupDescriptionHandlers(api),
    ...consumerGroupHandlers(api),
    ...groupOffsetHandlers(api),
    ...transactionHandlers(api),
    transactionalOffsetsHandler(api),
    ...transactionAdminHandlers(api),
  ]
  return new Map(all.map((handler) => [handler.api.key, handler]))
}
