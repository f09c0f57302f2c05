import type { PartitionState } from './partition-state.ts'
import { writeJson } from './small-file.ts'
import type { StorageServices } from './storage-services.ts'

/** Writes down what is known of producers by now; an opening then reads the batches behind. One at a time: the writer and compaction do it. */
export function saveProducers(state: PartitionState, { files }: StorageServices): Promise<void> {
  const write = async (): Promise<void> => {
    const snapshot = state.producers.snapshot(state.endOffset)
    await writeJson(files, `${state.folder}/producers.json`, snapshot)
    state.producersSavedTo = snapshot.offset
  }
  const saved = state.savingProducers.then(write)
  state.savingProducers = saved.catch(() => undefined)
  return saved
}
