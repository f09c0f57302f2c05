import { applicableDeletes, type FileWithDeletes } from '../scan/applicable-deletes.ts'
import type { Scan, ScannedFile } from '../scan/plan-scan.ts'

/**
 * Why the rows that were read are no longer those of their files: one has gone, or is touched by other deletes than those
 * that were applied: new ones, or fewer, after a rollback. Undefined when they still are.
 */
export function touchedReason(read: readonly FileWithDeletes[], scan: Scan): string | undefined {
  const locations = new Set(read.map(({ file }) => file.location))
  const present = applicableDeletes({
    ...scan,
    dataFiles: scan.dataFiles.filter(({ location }) => locations.has(location)),
  })
  const now = new Map(present.map((one) => [one.file.location, keysOf(one)]))
  for (const one of read) {
    const { location } = one.file
    const deletes = now.get(location)
    if (deletes === undefined) return `${location} is not in the table any more`
    if (!sameSet(deletes, keysOf(one))) return `other deletes touch ${location} than those that were applied`
  }
  return undefined
}

/** Files of deletes that can touch nothing more once these files of data have gone. */
export function danglingDeletes(scan: Scan, gone: ReadonlySet<string>): readonly ScannedFile[] {
  if (scan.deleteFiles.length === 0) return []
  const staying = scan.dataFiles.filter(({ location }) => !gone.has(location))
  const needed = new Set(applicableDeletes({ ...scan, dataFiles: staying }).flatMap(keysOf))
  return scan.deleteFiles.filter((file) => !needed.has(fileKey(file)))
}

/** A Puffin file holds vectors of many files of data: its location alone does not tell them apart. */
export function fileKey({
  location,
  contentOffset,
}: {
  readonly location: string
  readonly contentOffset?: number
}): string {
  return contentOffset === undefined ? location : `${location} ${contentOffset}`
}

function keysOf({ deletes }: FileWithDeletes): readonly string[] {
  return deletes.map(fileKey)
}

function sameSet(some: readonly string[], others: readonly string[]): boolean {
  const all = new Set([...some, ...others])
  return all.size === new Set(some).size && all.size === new Set(others).size
}
