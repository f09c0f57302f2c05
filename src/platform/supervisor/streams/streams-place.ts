import type { KafkaClient } from '../../../stream/client/kafka-client.ts'
import type { DeletedTopic } from '../../../delivery/delivery-memory.ts'
import type { OffsetHole } from '../../../stream/offset-holes.ts'
import type { StreamState } from '../../kinds/reconcile-services.ts'
import type { KafkaAccess } from '../../streams/kafka-access.ts'
import type { LogProcess } from '../log-process.ts'

/** What is seen of the own log when it is asked. */
export interface LogLook {
  /** That it does not answer in time; undefined when it does. */
  readonly trouble: string | undefined
  /** What its last start found lost or damaged of its state. */
  readonly notices: readonly string[]
}

/**
 * Where the streams of a project lie: Weir's own log, which it runs, or a Kafka that somebody else runs (real-kafka.md). Both are
 * reached by the same client; this is what the protocol does not tell, or not cheaply.
 */
export interface StreamsPlace {
  /** For Weir's own parts. */
  readonly access: KafkaAccess
  /** Whether topics that no stream declares are shown: in a Kafka of somebody else they are other people's. */
  readonly showsOthers: boolean
  /** Resolves to true when it answers. The log takes its time; a Kafka that does not answer yet is no reason not to start. */
  ready(): Promise<boolean>
  /** One client for all that the supervisor asks; connects when it is first needed. */
  kafka(): Promise<KafkaClient>
  /** How a declared stream is, cheaply: asked again and again. */
  readonly states: StreamStates
  /** Records per second that come into streams, of those that move; undefined while nobody tells. */
  rates(): Promise<ReadonlyMap<string, number> | undefined>
  /** Topics that had this name, in the order of their deletion, as far as they are remembered. */
  deletedTopics(stream: string): Promise<readonly DeletedTopic[]>
  /** By partition, what a restored log passed over in the topic of this id. */
  holes(id: string): Promise<readonly (readonly OffsetHole[])[]>
  /** Why streams cannot be used at present; undefined when they can, or when a process says so itself. */
  readonly trouble: string | undefined
  /** How the own log is now, asked of it. */
  look?(): Promise<LogLook>
  /** The own log's process, which tells more than Kafka has words for. */
  readonly log?: LogProcess
  stop(deadlineMs: number): Promise<void>
  kill(): void
}

export interface StreamStates {
  of(name: string): Promise<StreamState>
  /** The topic is about to change. */
  forget(): void
}
