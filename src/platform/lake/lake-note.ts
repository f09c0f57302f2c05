import { join } from 'node:path'
import type { Files } from '../../kernel/files/files.ts'
import { readNote } from '../supervisor/read-note.ts'
import { writeDurably } from '../supervisor/write-durably.ts'
import type { LakePlace } from './lake-place.ts'

/** `lake.json` of a data directory: where its tables lay at the last start. For a start without its bucket, and for a backup. */
export interface LakeNote {
  readonly in: 'directory' | 's3'
  /** `s3://bucket/prefix` */
  readonly at?: string
  readonly endpoint?: string
  /** Base address of the catalog that has them, when it is not Weir's own. */
  readonly catalog?: string
}

export const lakeNoteName = 'lake.json'

export function noteOf({ warehouse, s3 }: LakePlace, catalog: string | undefined): LakeNote {
  const kept = catalog === undefined ? {} : { catalog }
  if (s3 === undefined) return { in: 'directory', ...kept }
  return { in: 's3', at: warehouse, ...(s3.endpoint === undefined ? {} : { endpoint: s3.endpoint }), ...kept }
}

/** Undefined before the first start, and where only an earlier version of Weir ran: then they lie in the directory. */
export async function readLakeNote(root: string, files: Files): Promise<LakeNote | undefined> {
  return readNote<LakeNote>(join(root, lakeNoteName), files)
}

export function writeLakeNote(root: string, note: LakeNote, files: Files): Promise<void> {
  return writeDurably(join(root, lakeNoteName), `${JSON.stringify(note)}\n`, files)
}
