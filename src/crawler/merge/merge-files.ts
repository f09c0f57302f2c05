import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { CrawlPlan } from '../crawl-plan.ts'
import type { CrawledTable, FileFormat, FileShape } from '../crawled-table.ts'
import { identityOf, type LeftOutReason, type ListedFile, type LookedFile, type ReadableFinding } from '../finding.ts'
import { partitionsByFolder, type PartitionValue } from '../listing/partition-path.ts'
import { otherFormat } from '../look/look-at-file.ts'
import { collectShapes } from './collect-shapes.ts'
import { mergedPartitions } from './merged-partitions.ts'
import { startSchema, type GrowingSchema } from './growing-schema.ts'

/** The files of a table, its columns, and the files that are none of it. */
export type MergedFiles = Pick<CrawledTable, 'columns' | 'shapes' | 'files' | 'leftOut' | 'deltaVersion'>

interface Readable extends ListedFile {
  readonly finding: ReadableFinding
  readonly partition: readonly PartitionValue[]
}

/**
 * One table of what was found, file by file in the order of their names. What a table has stays: a file that would change it in a way
 * that is not allowed is left out as a whole. `before`: the columns of the last crawl.
 */
export function mergeFiles(
  looked: readonly LookedFile[],
  plan: CrawlPlan,
  before: Pick<CrawledTable, 'columns' | 'shapes'> | undefined,
): MergedFiles {
  const leftOut: CrawledTable['leftOut'] = []
  const leave = (file: ListedFile, reason: LeftOutReason, detail: string): void =>
    void leftOut.push({ ...identityOf(file), reason, detail })
  const readable: Readable[] = []
  const partitionOf = partitionsByFolder()
  for (const file of looked) {
    const { finding } = file
    if (finding.kind === 'left out') leave(file, finding.reason, finding.detail)
    else readable.push({ ...file, finding, partition: plan.partitions === 'hive' ? partitionOf(file.path) : [] })
  }
  const format =
    (plan.format === 'delta' ? null : plan.format) ??
    before?.shapes[0]?.format ??
    mostCommon(readable.map(({ finding }) => finding.shape.format))
  const ofFormat = readable.filter((file) => {
    if (file.finding.shape.format === format) return true
    const other = otherFormat(file.finding.shape.format, format!)
    if (other.kind === 'left out') leave(file, other.reason, other.detail)
    return false
  })
  const partitions = mergedPartitions(ofFormat, plan, before, leave)
  const { schema, fitting } = fittingFiles(partitions.files, format ?? 'csv', plan, before, partitions.names, leave)
  if (plan.onDrift === 'fail' && before) refuseDrift(leftOut)
  const columns = [...schema.columns(), ...partitions.columns]
  // SQL has no table without columns.
  if (columns.length === 0) for (const file of fitting) leave(file, 'no table', 'none of its objects has a member')
  return { ...collected(columns.length === 0 ? [] : fitting, partitions.names), columns, leftOut }
}

function fittingFiles(
  files: readonly Readable[],
  format: FileFormat,
  plan: CrawlPlan,
  before: Pick<CrawledTable, 'columns'> | undefined,
  partitionNames: readonly string[],
  leave: (file: ListedFile, reason: LeftOutReason, detail: string) => void,
): { readonly schema: GrowingSchema; readonly fitting: readonly Readable[] } {
  const schema = startSchema(format, plan, before?.columns, partitionNames)
  // Whoever comes first decides what the table is about: that shall be what most files are about.
  const inTurn = before ? files : usualFirst(files)
  if (!before && format !== 'parquet')
    for (const { finding } of inTurn) if (finding.misfits.length === 0) schema.learn(finding.shape)
  const taken = new Set<string>()
  for (const file of inTurn) {
    const problem = schema.take(file.finding)
    if (problem === undefined) taken.add(file.path)
    else leave(file, 'drift', problem)
  }
  const fitting = files.filter(({ path }) => taken.has(path))
  return { schema, fitting }
}

function usualFirst(files: readonly Readable[]): readonly Readable[] {
  // Files that are alike share their shape.
  const names = new Map<FileShape, string>()
  const namesOf = ({ finding: { shape } }: Readable): string => {
    const found = names.get(shape) ?? JSON.stringify(shape.columns.map(({ name }) => name))
    names.set(shape, found)
    return found
  }
  const usual = mostCommon(files.map(namesOf))
  return [...files.filter((file) => namesOf(file) === usual), ...files.filter((file) => namesOf(file) !== usual)]
}

function refuseDrift(leftOut: CrawledTable['leftOut']): void {
  const drifted = leftOut.filter(({ reason }) => reason === 'drift' || reason === 'other partitions')
  const [first] = drifted
  if (first)
    throw new WeirError(
      'WEIR-4023',
      `${drifted.length} files do not fit the table, and onDrift is fail: ${first.path}: ${first.detail}`,
    )
}

/** Files with the shapes that they share. */
function collected(
  files: readonly Readable[],
  partitionNames: readonly string[],
): Pick<CrawledTable, 'shapes' | 'files'> {
  const { shapes, indexes } = collectShapes(files.map(({ finding }) => finding.shape))
  const inFolders = new Map<readonly PartitionValue[], (string | null)[]>()
  const placed = files.map((file, at) => {
    const values = inFolders.get(file.partition) ?? valuesOf(file.partition, partitionNames)
    inFolders.set(file.partition, values)
    return { ...identityOf(file), shape: indexes[at]!, partition: values }
  })
  return { shapes, files: placed }
}

function valuesOf(partition: readonly PartitionValue[], names: readonly string[]): (string | null)[] {
  const values = new Map(partition.map(({ name, value }) => [name, value]))
  return names.map((name) => values.get(name) ?? null)
}

function mostCommon<T>(values: readonly T[]): T | undefined {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0]
}
