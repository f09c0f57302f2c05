import type { ErrorCode } from '../../kernel/errors/catalogue.ts'

/** What a worker counts; changed by it alone. */
export interface WorkerFigures {
  read: number
  rejected: number
  bytes: number
  commits: number
  lastCommit: { readonly snapshotId: string; readonly atMs: number } | null
  failing: string | null
  /** Files whose keys are being read for the key index, and how many of them were. */
  indexing: { readonly done: number; readonly total: number } | null
  halted: { readonly code: ErrorCode; readonly reason: string } | null
}

export function noFigures(): WorkerFigures {
  return { read: 0, rejected: 0, bytes: 0, commits: 0, lastCommit: null, failing: null, indexing: null, halted: null }
}
