import type { BatchHeader } from '../../protocol/records/batch-header.ts'
import { currentEpoch, readEpochs, type LeaderEpoch } from './leader-epochs.ts'
import type { StorageServices } from './partition-state.ts'
import { ProducerStates, type ProducerSnapshot } from './producer-states.ts'
import { readJsonIfWhole } from './small-file.ts'

/** What a partition knows of its own batches: written down from time to time, and completed from the batches since then. */
export interface PartitionReplay {
  readonly producers: ProducerStates
  readonly epochs: readonly LeaderEpoch[]
  /** From this offset on the headers are wanted. */
  readonly from: number
  onBatch(header: BatchHeader): void
}

export async function beginReplay(folder: string, { files }: StorageServices): Promise<PartitionReplay> {
  const producers = new ProducerStates()
  const snapshot = await readJsonIfWhole<ProducerSnapshot>(files, `${folder}/producers.json`)
  if (snapshot) producers.restore(snapshot)
  const from = snapshot?.offset ?? 0
  const epochs = [...(await readEpochs(files, folder))]
  return {
    producers,
    epochs,
    from,
    onBatch(header) {
      // Only when the file of epochs was lost is there one that it does not know.
      if (header.leaderEpoch > currentEpoch(epochs))
        epochs.push({ epoch: header.leaderEpoch, startOffset: header.baseOffset })
      if (header.baseOffset >= from) producers.placed(header, header.baseOffset, Infinity)
    },
  }
}
