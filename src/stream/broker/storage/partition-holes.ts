import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Files } from '../../../kernel/files/files.ts'
import type { OffsetHole } from '../../offset-holes.ts'
import type { RestoreNote } from '../restore-note.ts'
import type { SegmentFile } from './list-segments.ts'
import { createSegment } from './segment.ts'
import { readJsonIfWhole, writeJson } from './small-file.ts'

/** A hole as `holes.json` of a partition keeps it. */
export interface PartitionHole extends OffsetHole {
  /** Which restore made it: each makes one, however often its start is killed. */
  readonly restore: string
}

/** Without the file a hole is damage: between two segments offsets are missing, and are refused by name. */
export async function readHoles(files: Files, folder: string): Promise<readonly PartitionHole[]> {
  return (await readJsonIfWhole<readonly PartitionHole[]>(files, holesPath(folder))) ?? []
}

/** Begins the segment behind the last hole, unless a start before this one has. Gives all files. */
export async function beginBehindHoles(
  files: Files,
  folder: string,
  segments: readonly SegmentFile[],
  holes: readonly PartitionHole[],
): Promise<readonly SegmentFile[]> {
  const to = holes.at(-1)?.to
  if (to === undefined || to <= (segments.at(-1)?.baseOffset ?? -1)) return segments
  return [...segments, await createSegment(files, folder, to)]
}

/** The hole that this restore asks for, from the end on; undefined when there is one. Throws WEIR-2012 when no offsets are left. */
export function holeAfter(
  end: number,
  holes: readonly PartitionHole[],
  { restore, offsets }: RestoreNote,
): PartitionHole | undefined {
  if (holes.some((hole) => hole.restore === restore)) return undefined
  const to = end + offsets
  if (!Number.isSafeInteger(to))
    throw new WeirError(
      'WEIR-2012',
      `a partition that ends at offset ${end} cannot pass over ${offsets} more: offsets end at 2^53. Restore a newer backup`,
    )
  return { from: end, to, restore }
}

export async function saveHoles(files: Files, folder: string, holes: readonly PartitionHole[]): Promise<void> {
  await writeJson(files, holesPath(folder), holes)
}

function holesPath(folder: string): string {
  return `${folder}/holes.json`
}
