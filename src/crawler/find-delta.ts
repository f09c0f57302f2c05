import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { inParallel } from '../kernel/in-parallel.ts'
import { WeirError } from '../kernel/errors/weir-error.ts'
import { readDelta, type DeltaFile, type DeltaSnapshot } from '../lake/delta/read-delta.ts'
import type { CrawlPlan } from './crawl-plan.ts'
import type { CrawledFile, CrawledTable, FileShape } from './crawled-table.ts'
import type { FileSource } from './source/file-source.ts'
import type { FoundTable, LookAtAll } from './found-table.ts'
import type { ListedFile, LookedFile } from './finding.ts'
import type { QueryRows } from './look/look-parquet.ts'
import { collectShapes } from './merge/collect-shapes.ts'
import { commonType } from './merge/common-type.ts'

/** Whether a folder is to be read as its Delta log says. WEIR-4025 for one in a bucket. */
export async function isDelta({ folder, format, bucket }: CrawlPlan, source: FileSource): Promise<boolean> {
  if (format !== 'delta' && !(format === null && (await source.hasDeltaLog()))) return false
  if (bucket === undefined) return true
  throw new WeirError('WEIR-4025', `${folder}: Delta tables are read from folders only, not from buckets`)
}

const filesAtOnce = 32

/**
 * The newest version of a Delta table. Its log says which files, columns and rows there are, so nothing is left out: what cannot be read
 * fails the crawl.
 */
export async function findDelta(plan: CrawlPlan, query: QueryRows, look: LookAtAll): Promise<FoundTable> {
  const { folder, columns: declared } = plan
  if (Object.keys(declared).length > 0)
    throw new WeirError(
      'WEIR-4025',
      `${folder} is a Delta table, whose log says the types of its columns. Leave columns out`,
    )
  const delta = await readDelta(folder, query)
  const { looked, fresh } = await look(await listed(folder, delta.files))
  const byPath = new Map(looked.map((file) => [file.path, file]))
  const shapeOf = ({ path }: DeltaFile): FileShape => checkedShape(byPath.get(path)!, delta, folder)
  const { shapes, indexes } = collectShapes(delta.files.map(shapeOf))
  const files = delta.files.map(({ path, partition, vector, bounds }, at): CrawledTable['files'][number] => {
    const { sizeBytes, modifiedMs } = byPath.get(path)!
    const told = boundsByName(bounds, delta)
    const file = { path, sizeBytes, modifiedMs, shape: indexes[at]!, partition: [...partition], ...told }
    return vector ? { ...file, vector } : file
  })
  const merged = { columns: columnsOf(delta), shapes, files, leftOut: [], deltaVersion: delta.version }
  return { merged, looked, fresh, hidden: 0, excluded: 0 }
}

function boundsByName(
  { nullCounts, lowerBounds, upperBounds }: DeltaFile['bounds'],
  { columns }: DeltaSnapshot,
): Pick<CrawledFile, 'bounds'> {
  const ids = new Set([...nullCounts.keys(), ...lowerBounds.keys(), ...upperBounds.keys()])
  if (ids.size === 0) return {}
  const told = [...ids].map((id) => {
    const [nulls, lower, upper] = [nullCounts.get(id), lowerBounds.get(id), upperBounds.get(id)]
    const column = {
      ...(nulls === undefined ? {} : { nulls }),
      ...(lower === undefined ? {} : { lower: lower.toString('base64') }),
      ...(upper === undefined ? {} : { upper: upper.toString('base64') }),
    }
    return [columns[id]!.name, column] as const
  })
  return { bounds: Object.fromEntries(told) }
}

/** Partition columns last, in the order in which files have their values. */
function columnsOf({ columns, partitionNames }: DeltaSnapshot): CrawledTable['columns'] {
  const partitions = partitionNames.map((name) => columns.find((column) => column.name === name)!)
  return [...columns.filter(({ isPartition }) => !isPartition), ...partitions].map(
    ({ name, type, isPartition, source }) => {
      const column = { name, type, isPartition, isKnown: true }
      return source === name ? column : { ...column, source }
    },
  )
}

async function listed(folder: string, files: readonly DeltaFile[]): Promise<readonly ListedFile[]> {
  const found = new Map<string, ListedFile>()
  const paths = [...new Set(files.map(({ path }) => path))].toSorted()
  await inParallel(paths, filesAtOnce, async (path) => {
    const file = await lstat(join(folder, path)).catch(() => undefined)
    if (!file) throw new WeirError('WEIR-4026', `${folder}: the log names ${path}, which is not there`)
    found.set(path, { path, sizeBytes: file.size, modifiedMs: file.mtimeMs, isLink: file.isSymbolicLink() })
  })
  return paths.map((path) => found.get(path)!)
}

/** A column of a file holds nothing but values of the table's type. */
function checkedShape({ path, finding }: LookedFile, { columns }: DeltaSnapshot, folder: string): FileShape {
  const fail = (why: string): WeirError => new WeirError('WEIR-4026', `${folder}/${path}: ${why}`)
  if (finding.kind === 'left out') throw fail(finding.detail)
  if (finding.shape.format !== 'parquet') throw fail(`it is ${finding.shape.format}, and no Parquet`)
  const own = new Map(finding.shape.columns.map((column) => [column.name, column]))
  for (const { name, source, type, isPartition } of columns) {
    const found = isPartition ? undefined : own.get(source)
    const isMoment = type === 'timestamptz' && found?.type === 'timestamp'
    if (found && !isMoment && commonType(found.type!, type, 'parquet') !== type)
      throw fail(`the column "${name}" is ${found.type}, in the table it is ${type}`)
  }
  return finding.shape
}
