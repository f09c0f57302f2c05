import type { PartitionValue } from '../../manifest/data-file.ts'
import { hasUnknownTransform } from '../../metadata/written-spec.ts'
import { applicableDeletes, hasDeletes, partitionKey, type FileWithDeletes } from '../../scan/applicable-deletes.ts'
import { isConverted } from '../../scan/hold-scanned.ts'
import type { Scan } from '../../scan/plan-scan.ts'
import type { CompactionSettings } from './settings.ts'

/** A file to write anew, the deletes that touch it, and how many of its rows they take. */
export interface GroupFile extends FileWithDeletes {
  readonly deletedRows: number
}

/** Files of one partition that become one, in one commit. */
export interface CompactionGroup {
  readonly specId: number
  readonly partition: readonly PartitionValue[]
  readonly files: readonly GroupFile[]
}

/** How many distinct rows of each file its deletes name, by location; files that no delete names may be left out. */
export type CountDeleted = (files: readonly FileWithDeletes[]) => Promise<ReadonlyMap<string, number>>

/**
 * The groups that are worth being written anew: small files of a partition, as many as fit the target, and files of which
 * much was deleted, and files in Avro. Oldest rows first. Files that Weir cannot read, or of a spec that it does not write, are left as they are; `WEIR-4014` for deletes that it cannot apply.
 */
export async function planGroups(
  scan: Scan,
  settings: CompactionSettings,
  countDeleted: CountDeleted,
): Promise<readonly CompactionGroup[]> {
  const kept = new Set((scan.specs ?? []).filter(hasUnknownTransform).map((spec) => spec['spec-id']))
  const readable = applicableDeletes(scan).filter(
    ({ file }) =>
      (file.format === 'PARQUET' || isConverted(file)) && file.keyMetadata === undefined && !kept.has(file.specId),
  )
  const candidates = readable.filter(
    (one) => isConverted(one.file) || isSmall(one.file.sizeBytes, settings) || mayBeDeleted(one, settings),
  )
  const touched = candidates.filter(hasDeletes)
  const counts = touched.length === 0 ? new Map<string, number>() : await countDeleted(touched)
  const files = candidates
    .map((one): GroupFile => ({ ...one, deletedRows: counts.get(one.file.location) ?? 0 }))
    .filter((one) => isConverted(one.file) || isSmall(liveBytes(one), settings) || isDeleted(one, settings))
    .toSorted(byAge)
  return [...Map.groupBy(files, ({ file }) => partitionKey(file)).values()].flatMap((partition) =>
    packed(partition, settings.targetBytes)
      .filter((bin) => isWorthwhile(bin, settings))
      .map((bin) => ({ specId: bin[0]!.file.specId, partition: bin[0]!.file.partition, files: bin })),
  )
}

/** What is left of a file, in bytes, as far as rows are of one size. */
export function liveBytes({ file, deletedRows }: GroupFile): number {
  return file.recordCount === 0 ? 0 : file.sizeBytes * Math.max(0, 1 - deletedRows / file.recordCount)
}

function isSmall(bytes: number, { targetBytes }: CompactionSettings): boolean {
  return bytes < targetBytes * 0.75
}

/** Whether its deletes are enough for its share if all of them were for it: others need not be counted. */
function mayBeDeleted({ file, deletes, byValue }: FileWithDeletes, { deletedRatioMin }: CompactionSettings): boolean {
  // A value may be that of every row.
  if (byValue.length > 0) return true
  const named = deletes.reduce((sum, { recordCount }) => sum + recordCount, 0)
  return named > 0 && named >= file.recordCount * deletedRatioMin
}

function isDeleted({ file, deletedRows }: GroupFile, { deletedRatioMin }: CompactionSettings): boolean {
  return deletedRows > 0 && deletedRows >= file.recordCount * deletedRatioMin
}

function byAge(a: GroupFile, b: GroupFile): number {
  return a.file.sequenceNumber - b.file.sequenceNumber || (a.file.location < b.file.location ? -1 : 1)
}

function packed(files: readonly GroupFile[], targetBytes: number): readonly (readonly GroupFile[])[] {
  const bins: GroupFile[][] = []
  let bytes = Infinity
  for (const file of files) {
    if (bytes + liveBytes(file) > targetBytes) {
      bins.push([])
      bytes = 0
    }
    bins.at(-1)!.push(file)
    bytes += liveBytes(file)
  }
  return bins
}

/** Enough files, or enough bytes that the result is not small again, or much that was deleted, or rows that are read by way of a copy. */
function isWorthwhile(bin: readonly GroupFile[], settings: CompactionSettings): boolean {
  if (bin.some((one) => isConverted(one.file) || isDeleted(one, settings))) return true
  const bytes = bin.reduce((sum, one) => sum + liveBytes(one), 0)
  return bin.length >= settings.filesMin || (bin.length > 1 && !isSmall(bytes, settings))
}
