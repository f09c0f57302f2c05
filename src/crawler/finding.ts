import type { FileShape } from './crawled-table.ts'

/** Why a column has the type that it has: the row that left no other, and its value. Rows are counted from 1. */
export interface TypeReason {
  readonly column: string
  readonly row: number
  readonly value: string
}

/** A file that can be a part of a table. */
export interface ReadableFinding {
  readonly kind: 'readable'
  readonly shape: FileShape
  /** One sentence for each thing that was decided: format, delimiter, header. */
  readonly why: readonly string[]
  readonly typeReasons: readonly TypeReason[]
  /** Rows that were looked at; for Parquet the rows that there are. */
  readonly rows: number
  /** Those are all. */
  readonly isWhole: boolean
  /** A declared column that the values are not, and the first that is not. */
  readonly misfits: readonly (TypeReason & { readonly declared: string })[]
}

/** One word, to count by. */
export type LeftOutReason =
  | 'empty'
  | 'unreadable'
  | 'other format'
  | 'other partitions'
  | 'drift'
  | 'symbolic link'
  | 'no table'

export interface LeftOutFinding {
  readonly kind: 'left out'
  readonly reason: LeftOutReason
  /** What exactly, and what to do. */
  readonly detail: string
  /** The reason lies outside the file, and may be gone while the file stays: the next crawl looks again. */
  readonly again?: true
}

/** What was found in one file. */
export type Finding = ReadableFinding | LeftOutFinding

/** A file as its folder lists it. */
export interface ListedFile {
  /** From the folder of the crawler on, with `/`. */
  readonly path: string
  readonly sizeBytes: number
  readonly modifiedMs: number
  /** Of an object in a bucket: another one of its name has another. */
  readonly etag?: string
  readonly isLink: boolean
  /** Its bytes lie in an archive, and answer to nobody. */
  readonly isArchived?: true
}

/** What tells a file from another one of its name. */
export type FileIdentity = Pick<ListedFile, 'sizeBytes' | 'modifiedMs'> & { readonly etag?: string | undefined }

/** A line of a crawl's report and of its journal. */
export interface LookedFile extends ListedFile {
  readonly finding: Finding
}

/** Whether a file is the one that it was: by size and ETag in a bucket, by size and time in a folder. */
export function isSameFile(a: FileIdentity, b: FileIdentity): boolean {
  if (a.sizeBytes !== b.sizeBytes || a.etag !== b.etag) return false
  return a.etag !== undefined || a.modifiedMs === b.modifiedMs
}

/** Of a file in a document. */
export function identityOf({ path, sizeBytes, modifiedMs, etag }: ListedFile) {
  return etag === undefined ? { path, sizeBytes, modifiedMs } : { path, sizeBytes, modifiedMs, etag }
}
