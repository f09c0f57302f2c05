import { bytesOf, type Segment } from '../segment.ts'

/** Neighbours that together fit one segment; a group ends where offsets are passed over. */
export function groupSegments(segments: readonly Segment[], segmentBytes: number): readonly (readonly Segment[])[] {
  const groups: Segment[][] = []
  let bytes = 0
  for (const segment of segments) {
    const last = groups.at(-1)
    bytes += bytesOf(segment)
    if (last && last.at(-1)!.endOffset === segment.baseOffset && bytes <= segmentBytes) last.push(segment)
    else {
      groups.push([segment])
      bytes = bytesOf(segment)
    }
  }
  return groups
}
