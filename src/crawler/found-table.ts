import type { ListedFile, LookedFile } from './finding.ts'
import type { MergedFiles } from './merge/merge-files.ts'

/** What a run found, before it is written. */
export interface FoundTable {
  readonly merged: MergedFiles
  readonly looked: readonly LookedFile[]
  /** Files that were opened. */
  readonly fresh: number
  readonly hidden: number
  readonly excluded: number
}

/** Opens files that are not known yet. */
export type LookAtAll = (
  files: readonly ListedFile[],
) => Promise<{ readonly looked: readonly LookedFile[]; readonly fresh: number }>
