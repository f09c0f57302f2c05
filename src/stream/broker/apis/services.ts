import type { DiskSpace } from '../../../kernel/files/files.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { Logger } from '../../../kernel/logger.ts'
import type { BrokerLimits } from '../broker.ts'
import type { BrokerMetrics } from '../metrics/broker-metrics.ts'
import type { Groups } from '../groups/groups.ts'
import { fileErrorOf } from '../../../kernel/files/file-error.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { RegisteredSchemas } from '../schemas/registered-schemas.ts'
import type { Security } from '../security/open-security.ts'
import type { ProducerIds } from '../topics/producer-ids.ts'
import type { TopicStore } from '../topics/topic-store.ts'
import type { Transactions } from '../transactions/transactions.ts'

/** What the handlers work on. */
export interface ApiServices {
  readonly topics: TopicStore
  readonly groups: Groups
  readonly producerIds: ProducerIds
  readonly transactions: Transactions
  readonly schemas: RegisteredSchemas
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: BrokerMetrics
  readonly limits: BrokerLimits
  readonly autoCreateTopics: boolean
  readonly defaultPartitions: number
  readonly clusterId: string
  /** Where all of the log lies. */
  readonly disk: { readonly directory: string; space(): Promise<DiskSpace> }
  readonly security: Security
}

/**
 * An error as the protocol has it. One of a file is KAFKA_STORAGE_ERROR, after which clients try again: disks get room. What was not
 * foreseen is logged, and is UNKNOWN_SERVER_ERROR to the client.
 */
export function refusalOf(
  error: unknown,
  logger: Logger,
): { readonly errorCode: number; readonly errorMessage: string } {
  if (error instanceof KafkaRefusal) return { errorCode: error.errorCode, errorMessage: error.message }
  logger.error({ err: error }, 'a Kafka request failed')
  const ofFile = fileErrorOf(error)
  if (ofFile) return { errorCode: kafkaErrors.KAFKA_STORAGE_ERROR, errorMessage: ofFile.message }
  return { errorCode: -1, errorMessage: error instanceof Error ? error.message : String(error) }
}
