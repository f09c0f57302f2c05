import type { DeltaLogFiles } from '../../lake/delta/log-files.ts'
import type { ListedFile } from '../finding.ts'

/** A Delta table in a folder or under a prefix of a bucket. It is only read. */
export interface DeltaSource {
  readonly log: DeltaLogFiles
  /** Those of these files that are there, by path. */
  find(paths: ReadonlySet<string>): Promise<ReadonlyMap<string, ListedFile>>
  /** Bytes of a file of deletion vectors; undefined where a statement reads such files where they lie. */
  readonly vectorBytes: ((file: ListedFile, from: number, length: number) => Promise<Buffer>) | undefined
}
