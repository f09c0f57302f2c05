import type { OffsetRange, PartitionKey, RecordKey } from './keys.ts'
import type { Random } from '../support/seeded-random.ts'

/** A row knows which record it came from; rows of other engines have no key. */
export interface Row {
  readonly key: RecordKey | null
  readonly record: number
}

export interface Letter {
  readonly key: RecordKey
  readonly record: number
}

/** What an operator chose not to deliver again. */
export interface Skip {
  readonly range: OffsetRange
  readonly records: number
}

/** What a state file says about one partition. */
export interface Entry {
  readonly next: number
  readonly read: number
  readonly delivered: number
  readonly rejected: number
  readonly lost: readonly OffsetRange[]
  readonly skipped: readonly Skip[]
}

export interface LetterFile {
  readonly file: number
  /** Letters in it that are out of force: their rows are in the table. */
  readonly replayed: readonly RecordKey[]
}

export interface State {
  readonly entries: Readonly<Record<PartitionKey, Entry>>
  readonly letterFiles: readonly LetterFile[]
}

export type Content =
  | { readonly kind: 'data'; readonly rows: readonly Row[] }
  | { readonly kind: 'letters'; readonly letters: readonly Letter[] }
  | { readonly kind: 'state'; readonly state: State }
  | { readonly kind: 'metadata' }

export interface StoredFile {
  readonly content: Content
  /** Who wrote it: a worker's life, a replay, the catalog, another engine. */
  readonly by: string
  synced: boolean
}

export type Storage = Map<number, StoredFile>

/** Drops what was not synced, each file or not. */
export function cutPower(storage: Storage, random: Random): void {
  for (const [id, file] of [...storage]) if (!file.synced && random.chance(0.5)) storage.delete(id)
}
