import type { AdoptionStore } from '../../storage/metadata/adoptions.ts'
import type { MemoryHost } from '../children/delivery-memory.ts'
import type { StreamsPlace } from './streams/streams-place.ts'

/** Answers for the memory of all deliveries: the metadata database knows what they adopted, the log which topics it had. */
export function answerForMemory(
  adoptions: AdoptionStore,
  streams: Pick<StreamsPlace, 'deletedTopics' | 'holes'>,
): MemoryHost {
  return {
    adoption: ({ delivery, table }) => adoptions.get(delivery, table),
    async adopt({ delivery, table, adoption }) {
      await adoptions.save(delivery, table, adoption)
      return null
    },
    deletedTopics: ({ stream }) => streams.deletedTopics(stream),
    holes: ({ source }) => streams.holes(source),
  }
}
