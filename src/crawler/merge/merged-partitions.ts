import type { CrawlPlan } from '../crawl-plan.ts'
import type { CrawledColumn, CrawledTable } from '../crawled-table.ts'
import type { LeftOutReason, ListedFile } from '../finding.ts'
import type { PartitionValue } from '../listing/partition-path.ts'
import { commonType } from './common-type.ts'
import { partitionFits, partitionType } from './partition-type.ts'

interface Partitioned extends ListedFile {
  /** Files of one folder share it. */
  readonly partition: readonly PartitionValue[]
}

export interface MergedPartitions<File> {
  readonly names: readonly string[]
  readonly columns: readonly CrawledColumn[]
  readonly files: readonly File[]
}

/** The partition columns, those of the last crawl or of most files, and the files that have all of them and no other. */
export function mergedPartitions<File extends Partitioned>(
  files: readonly File[],
  plan: CrawlPlan,
  before: Pick<CrawledTable, 'columns'> | undefined,
  leave: (file: ListedFile, reason: LeftOutReason, detail: string) => void,
): MergedPartitions<File> {
  const known = before?.columns.filter(({ isPartition }) => isPartition)
  const names = known?.map(({ name }) => name) ?? mostCommonNames(files)
  const same = files.filter((file) => {
    const own = file.partition.map(({ name }) => name)
    const isSame = own.length === names.length && names.every((name) => own.includes(name))
    if (!isSame) leave(file, 'other partitions', `its folders say ${said(own)}, those of the table ${said(names)}`)
    return isSame
  })
  const folders = [...new Set(same.map(({ partition }) => partition))]
  const columns = names.map((name) => {
    const values = folders.map((partition) => valueOf(partition, name))
    return columnOf(
      name,
      values,
      plan,
      known?.find((column) => column.name === name),
    )
  })
  const problems = new Map(
    folders.map((partition) => [
      partition,
      columns.find(({ name, type }) => !partitionFits(valueOf(partition, name), type)),
    ]),
  )
  const fitting = same.filter((file) => {
    const problem = problems.get(file.partition)
    if (problem) leave(file, 'drift', `${problem.name}=${valueOf(file.partition, problem.name)} is no ${problem.type}`)
    return !problem
  })
  return { names, columns, files: fitting }
}

const valueOf = (partition: readonly PartitionValue[], name: string): string | null =>
  partition.find((one) => one.name === name)!.value

const said = (names: readonly string[]): string => (names.length > 0 ? names.join(', ') : 'none')

function columnOf(
  name: string,
  values: readonly (string | null)[],
  { columns, onDrift }: CrawlPlan,
  known: CrawledColumn | undefined,
): CrawledColumn {
  const declared = columns[name]
  if (declared !== undefined) return { name, type: declared, isPartition: true, isKnown: true }
  const found = partitionType(values)
  const column = { name, isPartition: true }
  if (!known?.isKnown) return { ...column, ...found }
  if (!found.isKnown || onDrift !== 'widen') return { ...column, type: known.type, isKnown: true }
  return { ...column, type: commonType(known.type, found.type, 'csv') ?? known.type, isKnown: true }
}

/** In the order of the first file that has them. */
function mostCommonNames(files: readonly Partitioned[]): readonly string[] {
  const counts = new Map<string, { readonly names: readonly string[]; count: number }>()
  for (const { partition } of files) {
    const names = partition.map(({ name }) => name)
    const key = names.toSorted().join('\0')
    const entry = counts.get(key) ?? { names, count: 0 }
    entry.count++
    counts.set(key, entry)
  }
  return [...counts.values()].toSorted((a, b) => b.count - a.count)[0]?.names ?? []
}
