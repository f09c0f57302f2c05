import type { Files } from '../../../kernel/files/files.ts'
import { endBefore, type OffsetHole } from '../../offset-holes.ts'
import { deletedSuffix, indexPath } from './index-file.ts'
import { segmentNameOf, segmentPath, type SegmentName } from './segment.ts'

/** The file of a segment, before it is opened. */
export interface SegmentFile {
  readonly baseOffset: number
  readonly path: string
}

/**
 * The files of a partition in order of offsets. What crashes left is removed: files below the start that were to go (the last
 * one stays), those that compaction had written anew, and what was never finished.
 */
export async function listSegments(
  files: Files,
  folder: string,
  startOffset: number,
  holes: readonly OffsetHole[],
): Promise<SegmentFile[]> {
  const names = await files.list(folder)
  const { newest, outdone } = newestOf(names)
  while (newest.length > 1 && endBefore(holes, newest[1]!.baseOffset) <= startOffset) outdone.push(newest.shift()!)
  const pathOf = ({ baseOffset, number }: SegmentName): string => segmentPath(folder, baseOffset, number)
  for (const path of outdone.map(pathOf)) await files.remove(path)
  const kept = new Set(newest.map((name) => indexPath(pathOf(name))))
  for (const path of names.map((name) => `${folder}/${name}`)) {
    const isOrphan = path.endsWith('.index') && !kept.has(path)
    if (isOrphan || path.endsWith('.log.new') || path.endsWith(deletedSuffix)) await files.remove(path)
  }
  return newest.map((name) => ({ baseOffset: name.baseOffset, path: pathOf(name) }))
}

/** Of the files of one offset the highest number counts. */
function newestOf(names: readonly string[]): { readonly newest: SegmentName[]; readonly outdone: SegmentName[] } {
  const newest: SegmentName[] = []
  const outdone: SegmentName[] = []
  const found = names.map(segmentNameOf).filter((name) => name !== undefined)
  for (const name of found.toSorted(
    (left, right) => left.baseOffset - right.baseOffset || left.number - right.number,
  )) {
    if (newest.at(-1)?.baseOffset === name.baseOffset) outdone.push(newest.pop()!)
    newest.push(name)
  }
  return { newest, outdone }
}
