import { applicableDeletes, type FileWithDeletes } from '../../lake/scan/applicable-deletes.ts'
import type { Scan, ScannedFile } from '../../lake/scan/plan-scan.ts'

/** Others read at the same time, and the next turn is fetched while copies of the last are still warm. */
const shareOfCopies = 0.5

/**
 * The files of a scan, each with the deletes that touch it, in as few parts as fit into copies of so many bytes; all in one without a bound,
 * or where all fit. A file that is larger than its share is a part of its own.
 */
export function scansInTurns(scan: Scan, copyBytesMax: number | undefined): readonly Scan[] {
  const sizeOf = (files: readonly ScannedFile[]): number => files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  if (copyBytesMax === undefined || sizeOf([...scan.dataFiles, ...scan.deleteFiles]) <= copyBytesMax) return [scan]
  const parts: FileWithDeletes[][] = []
  let bytes = Infinity
  for (const one of applicableDeletes(scan)) {
    const size = sizeOf([one.file, ...one.deletes, ...one.byValue])
    bytes += size
    if (bytes > copyBytesMax * shareOfCopies) {
      parts.push([])
      bytes = size
    }
    parts.at(-1)!.push(one)
  }
  return parts.map((part) => ({
    ...scan,
    dataFiles: part.map(({ file }) => file),
    deleteFiles: [...new Set(part.flatMap(({ deletes, byValue }) => [...deletes, ...byValue]))],
  }))
}
