import { applicableDeletes, type FileWithDeletes } from '../scan/applicable-deletes.ts'
import type { Scan, ScannedFile } from '../scan/plan-scan.ts'

/**
 * Why the rows that were read are no longer those of their files: one has gone, or is touched by other deletes than those
 * that were applied: new ones, or fewer, after a rollback. Undefined when they still are. `laterByValue: 'stay'` lets
 * deletes by value be that came since: they are for the rows wherever those are written anew (INV-M5).
 */
export function touchedReason(
  read: readonly FileWithDeletes[],
  scan: Scan,
  { laterByValue }: { readonly laterByValue?: 'stay' } = {},
): string | undefined {
  const locations = new Set(read.map(({ file }) => file.location))
  const present = applicableDeletes({
    ...scan,
    dataFiles: scan.dataFiles.filter(({ location }) => locations.has(location)),
  })
  const now = new Map(present.map((one) => [one.file.location, one]))
  for (const one of read) {
    const { location } = one.file
    const found = now.get(location)
    if (found === undefined) return `${location} is not in the table any more`
    const [before, after] = [keys(one.byValue), keys(found.byValue)]
    const values = laterByValue === 'stay' ? [...before].every((key) => after.has(key)) : isSame(before, after)
    if (!values || !isSame(keys(one.deletes), keys(found.deletes)))
      return `other deletes touch ${location} than those that were applied`
  }
  return undefined
}

/**
 * Files of deletes that can touch nothing more once these files of data have gone, and those of `added` have come: rows that are
 * written anew are of the sequence number that they were read at, and deletes by value of after that are for them.
 */
export function danglingDeletes(
  scan: Scan,
  gone: ReadonlySet<string>,
  added: readonly ScannedFile[] = [],
): readonly ScannedFile[] {
  if (scan.deleteFiles.length === 0) return []
  const staying = scan.dataFiles.filter(({ location }) => !gone.has(location))
  const byValue = applicableDeletes({ ...scan, dataFiles: added }).flatMap((one) => one.byValue)
  const touching = applicableDeletes({ ...scan, dataFiles: staying }).flatMap((one) => [...one.deletes, ...one.byValue])
  const needed = keys([...touching, ...byValue])
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

function keys(files: readonly ScannedFile[]): Set<string> {
  return new Set(files.map(fileKey))
}

function isSame(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return some.size === others.size && [...some].every((key) => others.has(key))
}
