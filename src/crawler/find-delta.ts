import { inParallel } from '../kernel/in-parallel.ts'
import { WeirError } from '../kernel/errors/weir-error.ts'
import { embedVector, type DeltaVector } from '../lake/delta/delta-vector.ts'
import { readDelta, type DeltaFile, type DeltaSnapshot } from '../lake/delta/read-delta.ts'
import type { CrawlPlan } from './crawl-plan.ts'
import type { CrawledFile, CrawledTable, FileShape } from './crawled-table.ts'
import type { DeltaSource } from './source/delta-source.ts'
import type { FileSource } from './source/file-source.ts'
import type { FoundTable, LookAtAll } from './found-table.ts'
import type { ListedFile, LookedFile } from './finding.ts'
import type { QueryRows } from './look/look-parquet.ts'
import { collectShapes } from './merge/collect-shapes.ts'
import { commonType } from './merge/common-type.ts'

/** Whether a folder, or a prefix, is to be read as its Delta log says. */
export async function isDelta({ format }: CrawlPlan, source: FileSource): Promise<boolean> {
  return format === 'delta' || (format === null && source.hasDeltaLog())
}

/** Bytes of deletion vectors that a table document may hold, of a table in a bucket. */
const vectorBytesMax = 64 << 20
const vectorsAtOnce = 16

interface DeltaPorts {
  readonly source: FileSource
  readonly query: QueryRows
}

/**
 * The newest version of a Delta table. Its log says which files, columns and rows there are, so nothing is left out: what cannot be read
 * fails the crawl.
 */
export async function findDelta(plan: CrawlPlan, { source, query }: DeltaPorts, look: LookAtAll): Promise<FoundTable> {
  const { folder, columns: declared } = plan
  const place = source.delta()
  if (Object.keys(declared).length > 0)
    throw new WeirError(
      'WEIR-4025',
      `${folder} is a Delta table, whose log says the types of its columns. Leave columns out`,
    )
  const delta = await readDelta(folder, query, place.log)
  const there = await findNamed(folder, delta.files, place)
  const vectors = await vectorsOf(folder, delta.files, place, there)
  const paths = new Set(delta.files.map(({ path }) => path))
  const { looked, fresh } = await look([...paths].toSorted().map((path) => there.get(path)!))
  const byPath = new Map(looked.map((file) => [file.path, file]))
  const shapeOf = ({ path }: DeltaFile): FileShape => checkedShape(byPath.get(path)!, delta, folder)
  const { shapes, indexes } = collectShapes(delta.files.map(shapeOf))
  const files = delta.files.map(({ path, partition, bounds }, at): CrawledTable['files'][number] => {
    const { sizeBytes, modifiedMs, etag } = byPath.get(path)!
    const told = boundsByName(bounds, delta)
    const version = { sizeBytes, modifiedMs, ...(etag === undefined ? {} : { etag }) }
    const vector = vectors[at]
    const file = { path, ...version, shape: indexes[at]!, partition: [...partition], ...told }
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

/** Every file of rows is there, and of vectors where they have to be read by now. */
async function findNamed(
  folder: string,
  files: readonly DeltaFile[],
  place: DeltaSource,
): Promise<ReadonlyMap<string, ListedFile>> {
  const paths = new Set(files.map(({ path }) => path))
  if (place.vectorBytes) for (const { vector } of files) if (vector && vector.path !== null) paths.add(vector.path)
  const found = await place.find(paths)
  for (const path of paths)
    if (!found.has(path)) throw new WeirError('WEIR-4026', `${folder}: the log names ${path}, which is not there`)
  return found
}

/** Of each file. In a bucket their bytes are taken along: a statement is shown copies of rows alone. */
async function vectorsOf(
  folder: string,
  files: readonly DeltaFile[],
  place: DeltaSource,
  there: ReadonlyMap<string, ListedFile>,
): Promise<readonly (DeltaVector | null)[]> {
  const { vectorBytes } = place
  const vectors = files.map(({ vector }) => vector)
  if (!vectorBytes) return vectors
  const bytes = vectors.reduce((sum, vector) => sum + (vector?.sizeBytes ?? 0), 0)
  if (bytes > vectorBytesMax)
    throw new WeirError(
      'WEIR-4025',
      `${folder}: its deletion vectors have ${bytes} bytes, of a table in a bucket ${vectorBytesMax} are read. Have its engine write the files anew (OPTIMIZE, REORG)`,
    )
  const places = vectors.flatMap((vector, at) => (vector && vector.path !== null ? [at] : []))
  await inParallel(places, vectorsAtOnce, async (at) => {
    const vector = vectors[at]!
    const file = there.get(vector.path!)!
    const what = `${folder}/${file.path}`
    vectors[at] = await embedVector(vector, what, (from, length) => vectorBytes(file, from, length))
  })
  return vectors
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
