import type { Logger } from '../../../kernel/logger.ts'
import type { DeliveryChildConfig } from '../../children/child-methods.ts'
import type { MemoryHost } from '../../children/delivery-memory.ts'
import type { ProcessLogs } from '../process-logs.ts'

/** What the supervisor needs to know of a delivery to run it. */
export interface DeliveryPlan {
  readonly config: DeliveryChildConfig
  /** The supervisor's own; 0 leaves it to those that join. */
  readonly workers: number
}

export interface RunningDeliveryOptions {
  /** A number greater than any before it, durable when it resolves (processes.md, "Epochs"). */
  readonly nextEpoch: (delivery: string) => Promise<number>
  /** Numbers of the topic's partitions now. */
  readonly partitionsOf: (topic: string) => Promise<readonly number[]>
  /** What the workers may ask and tell of their deliveries. */
  readonly memory: MemoryHost
  /** Other workers, or other partitions: what was said of tails does not hold any more. */
  readonly onChange: () => void
  readonly logs: ProcessLogs
  readonly logger: Logger
}
