/** `cannot tell`: nothing speaks against it, but something that would prove it is gone; the reasons say what. */
export interface Verification {
  readonly verdict: 'proven' | 'violated' | 'cannot tell'
  readonly snapshotId: string | null
  readonly rows: string
  readonly partitions: readonly PartitionVerification[]
}

export interface PartitionVerification {
  readonly source: string
  readonly partition: number
  readonly rows: string
  readonly letters: string
  readonly verdict: Verification['verdict']
  /** One sentence each, with offsets. */
  readonly findings: readonly string[]
}

export type VerifyProgress = (done: { readonly part: string; readonly done: number; readonly total: number }) => void

export function worstOf(partitions: readonly PartitionVerification[]): Verification['verdict'] {
  const verdicts = new Set(partitions.map(({ verdict }) => verdict))
  return verdicts.has('violated') ? 'violated' : verdicts.has('cannot tell') ? 'cannot tell' : 'proven'
}
