import type { Adoption, DeletedTopic, DeliveryMemory } from '../../delivery/delivery-memory.ts'
import type { OffsetHole } from '../../stream/offset-holes.ts'
import type { Channel } from '../../kernel/channel.ts'

/** A delivery's memory as the supervisor answers for it, whichever process asks. */
export type MemoryHost = {
  adoption(params: DeliveryEnds): Promise<Adoption | null>
  adopt(params: DeliveryEnds & { readonly adoption: Adoption }): Promise<null>
  deletedTopics(params: { readonly stream: string }): Promise<readonly DeletedTopic[]>
  /** Of a topic, by partition: what the log passed over when it was restored. */
  holes(params: { readonly source: string }): Promise<readonly (readonly OffsetHole[])[]>
}

export interface DeliveryEnds {
  readonly delivery: string
  /** `schema.name` of the destination. */
  readonly table: string
}

/** The memory of one delivery, over the channel to the supervisor. */
export function memoryBehind(host: Channel<MemoryHost>, { delivery, table }: DeliveryEnds): DeliveryMemory {
  return {
    adoption: () => host.call('adoption', { delivery, table }),
    adopt: async (adoption) => void (await host.call('adopt', { delivery, table, adoption })),
    deletedTopics: (stream) => host.call('deletedTopics', { stream }),
  }
}
