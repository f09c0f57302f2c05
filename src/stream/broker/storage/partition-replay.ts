import type { BatchHeader } from '../../protocol/records/batch-header.ts'
import { currentEpoch, readEpochs, type LeaderEpoch } from './leader-epochs.ts'
import type { AbortedTransaction } from './open-transactions.ts'
import { ProducerStates, type ProducerSnapshot } from './producer-states.ts'
import { readJsonIfWhole } from './small-file.ts'
import type { StorageServices } from './storage-services.ts'

/** What a partition knows of its own batches: written down from time to time, and completed from the batches since then. */
export interface PartitionReplay {
  readonly producers: ProducerStates
  readonly epochs: readonly LeaderEpoch[]
  /** Up to here they were written down. */
  readonly producersSavedTo: number
  /** From this offset on the headers are wanted. */
  readonly from: number
  onBatch(header: BatchHeader, bytes: () => Buffer): AbortedTransaction | undefined
  /**
   * The index of a file is lost that knew aborted transactions. Where they begin may lie in any file before: all files are read,
   * from the first one on.
   */
  readAll(): void
}

export async function beginReplay(folder: string, { files, clock }: StorageServices): Promise<PartitionReplay> {
  const producers = new ProducerStates()
  const snapshot = await readJsonIfWhole<ProducerSnapshot>(files, `${folder}/producers.json`)
  const now = clock.now()
  if (snapshot) producers.restore(snapshot, now)
  const snapshotAt = snapshot?.offset ?? 0
  let from = snapshotAt
  /** Only for the transactions below the snapshot. */
  let earlier: ProducerStates | undefined
  const epochs = [...(await readEpochs(files, folder))]
  return {
    producers,
    producersSavedTo: snapshotAt,
    epochs,
    get from() {
      return from
    },
    readAll() {
      from = 0
      earlier = new ProducerStates()
    },
    onBatch(header, bytes) {
      // Only when the file of epochs was lost is there one that it does not know.
      if (header.leaderEpoch > currentEpoch(epochs))
        epochs.push({ epoch: header.leaderEpoch, startOffset: header.baseOffset })
      const states = header.baseOffset >= snapshotAt ? producers : earlier
      return states?.replayed(header, bytes, now)
    },
  }
}
