import type { CrawledTable } from './crawled-table.ts'
import { isSameFile } from './finding.ts'

/** What a crawl found, in figures. */
export interface CrawlSummary {
  readonly format: string | null
  /** In the table. */
  readonly files: number
  readonly bytes: number
  readonly partitions: number
  readonly filesAdded: number
  readonly filesChanged: number
  readonly filesRemoved: number
  readonly newPartitions: number
  /** By reason. */
  readonly leftOut: Readonly<Record<string, number>>
  /** Names that are not data by convention, and those that `exclude` names. */
  readonly hidden: number
  readonly excluded: number
  /** `amount double`; of the first crawl none. */
  readonly columnsAdded: readonly string[]
  /** `id from int to long`. */
  readonly columnsWidened: readonly string[]
  /** Files that were opened. */
  readonly looked: number
  readonly seconds: number
  /** Whether SQL reads something else than before. */
  readonly hasChanged: boolean
}

type Content = Pick<CrawledTable, 'columns' | 'shapes' | 'files' | 'leftOut' | 'deltaVersion'>

export function summaryOf(
  now: Content,
  before: Content | null,
  run: { readonly hidden: number; readonly excluded: number; readonly looked: number; readonly seconds: number },
): CrawlSummary {
  const old = new Map(before?.files.map((file) => [file.path, file]))
  const current = new Set(now.files.map(({ path }) => path))
  const oldPartitions = partitionsOf(before?.files ?? [])
  const changes = {
    filesAdded: now.files.filter(({ path }) => !old.has(path)).length,
    filesChanged: now.files.filter((file) => old.has(file.path) && !isSameFile(old.get(file.path)!, file)).length,
    filesRemoved: [...old.keys()].filter((path) => !current.has(path)).length,
    columnsAdded: before ? now.columns.filter(({ name }) => !columnOf(before, name)).map(shown) : [],
    columnsWidened: now.columns.flatMap(({ name, type }) => {
      const was = before && columnOf(before, name)
      return was && was.type !== type ? [`${name} from ${was.type} to ${type}`] : []
    }),
  }
  const partitions = partitionsOf(now.files)
  return {
    format: now.deltaVersion === undefined ? (now.shapes[0]?.format ?? null) : `delta, version ${now.deltaVersion}`,
    files: now.files.length,
    bytes: now.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    partitions: partitions.size,
    ...changes,
    newPartitions: [...partitions].filter((key) => !oldPartitions.has(key)).length,
    leftOut: countBy(now.leftOut.map(({ reason }) => reason)),
    hidden: run.hidden,
    excluded: run.excluded,
    looked: run.looked,
    seconds: run.seconds,
    hasChanged:
      before === null ||
      before.deltaVersion !== now.deltaVersion ||
      Object.values(changes).some((change) => (Array.isArray(change) ? change.length : change) > 0),
  }
}

const columnOf = ({ columns }: Content, name: string) => columns.find((column) => column.name === name)
const shown = ({ name, type }: { readonly name: string; readonly type: string }): string => `${name} ${type}`

/** Of a table without partition columns there are none. */
function partitionsOf(files: Content['files']): ReadonlySet<string> {
  return new Set(files.flatMap(({ partition }) => (partition.length > 0 ? [JSON.stringify(partition)] : [])))
}

function countBy(words: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
