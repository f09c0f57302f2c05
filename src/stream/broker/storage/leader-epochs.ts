import type { Files } from '../../../kernel/files/files.ts'
import { endBefore, type OffsetHole } from '../../offset-holes.ts'
import { readJsonIfWhole, writeJson } from './small-file.ts'

/**
 * What stands on the disk in the epoch of a batch whose write began before all in front of it was synced; readers are given the
 * epoch of its offset instead. So a batch with an epoch proves that all before it in the file was synced. After a power cut that is how a torn tail, which nobody was told of, is known from damage to what was
 * acknowledged.
 */
export const sharedSyncEpoch = -1

/** From this offset on, up to the next one, records were taken under this epoch. Lists are in order of both. */
export interface LeaderEpoch {
  readonly epoch: number
  readonly startOffset: number
}

/** A log that was never cut and never restored has the one epoch that it began with, and no file. */
const firstEpoch: LeaderEpoch = { epoch: 0, startOffset: 0 }

export function currentEpoch(epochs: readonly LeaderEpoch[]): number {
  return epochs.at(-1)!.epoch
}

export function epochOf(epochs: readonly LeaderEpoch[], offset: number): number {
  return (epochs.findLast(({ startOffset }) => startOffset <= offset) ?? epochs[0]!).epoch
}

/** The next epoch, or one that is farther, begins at this offset; one that got no record is replaced. */
export function nextEpoch(epochs: readonly LeaderEpoch[], startOffset: number, by = 1): readonly LeaderEpoch[] {
  return [
    ...epochs.filter((known) => known.startOffset < startOffset),
    { epoch: currentEpoch(epochs) + by, startOffset },
  ]
}

/** A hole that was passed over takes epochs with it, as many as there may have been: one for this many of its offsets. */
const offsetsPerEpoch = 1e7

export function epochBehind(epochs: readonly LeaderEpoch[], { from, to }: OffsetHole): readonly LeaderEpoch[] {
  return epochs.at(-1)!.startOffset >= to ? epochs : nextEpoch(epochs, to, Math.ceil((to - from) / offsetsPerEpoch))
}

interface LogEnds {
  readonly startOffset: number
  readonly endOffset: number
  readonly holes: readonly OffsetHole[]
}

/**
 * The last epoch that is not later than the wanted one, and where it ended: how a client finds out that what it read is gone
 * (KIP-320). Undefined for an epoch that is yet to come.
 */
export function endOfEpoch(
  epochs: readonly LeaderEpoch[],
  wanted: number,
  { startOffset, endOffset, holes }: LogEnds,
): { readonly epoch: number; readonly endOffset: number } | undefined {
  if (wanted > currentEpoch(epochs)) return undefined
  const next = epochs.find(({ epoch }) => epoch > wanted)
  const known = epochs.findLast(({ epoch }) => epoch <= wanted)
  const end = next ? endBefore(holes, next.startOffset) : endOffset
  // Of one from before the first that is known nothing lies below the start.
  return known ? { epoch: known.epoch, endOffset: end } : { epoch: wanted, endOffset: Math.max(end, startOffset) }
}

export async function readEpochs(files: Files, folder: string): Promise<readonly LeaderEpoch[]> {
  return (await readJsonIfWhole<readonly LeaderEpoch[]>(files, epochsPath(folder))) ?? [firstEpoch]
}

/** Durable when it resolves: only then may a batch carry the new epoch. */
export async function saveEpochs(files: Files, folder: string, epochs: readonly LeaderEpoch[]): Promise<void> {
  await writeJson(files, epochsPath(folder), epochs)
}

function epochsPath(folder: string): string {
  return `${folder}/leader-epochs.json`
}
