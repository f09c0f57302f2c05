import { isAbsolute, normalize } from 'node:path'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { parseJson } from '../json.ts'
import { parsePrimitive } from '../../record/schema/primitive.ts'
import { literal } from '../types/duckdb-type.ts'
import { deltaAction, type AddFile, type DeltaAction, type DeltaMetadata, type DeltaProtocol } from './delta-action.ts'
import { deltaLogName, newestSegment } from './delta-log.ts'
import { checkProtocol } from './delta-protocol.ts'
import { deltaColumns, type DeltaColumn } from './delta-schema.ts'
import { localLog, type DeltaLogFiles } from './log-files.ts'
import type { Field } from '../types/type.ts'
import { boundsOf, type FileBounds } from './read-statistics.ts'
import { locateVector, type DeltaVector } from './delta-vector.ts'

export interface DeltaFile {
  /** From the table's folder on. */
  readonly path: string
  /** By the partition columns in their order; null for none. Moments without an offset are in UTC. */
  readonly partition: readonly (string | null)[]
  readonly vector: DeltaVector | null
  /** What the log tells of the rows, by the place of the column among those of the table. */
  readonly bounds: FileBounds
}

/** A table as one version of its log has it. */
export interface DeltaSnapshot {
  readonly version: number
  readonly columns: readonly DeltaColumn[]
  readonly partitionNames: readonly string[]
  readonly files: readonly DeltaFile[]
}

type QueryRows = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>

/**
 * Reads the newest version of a Delta table (Delta protocol, "Action Reconciliation"). `query` asks a DuckDB, for checkpoints are
 * Parquet. `WEIR-4025` for what this reader does not know, `WEIR-4026` for a log that is not whole.
 */
export async function readDelta(
  folder: string,
  query: QueryRows,
  files: DeltaLogFiles = localLog(folder),
): Promise<DeltaSnapshot> {
  const place = `${folder.replace(/\/$/, '')}/${deltaLogName}`
  const log = { place, files, query }
  const segment = newestSegment(await files.names(), place)
  const state = replayed()
  for (const name of segment.checkpoint) for (const action of await checkpointActions(log, name)) state.take(action)
  for (const name of segment.commits) for (const action of await jsonActions(log, name)) state.take(action)
  const { protocol, metadata } = state
  if (!protocol || !metadata) throw new WeirError('WEIR-4026', `${place} has no ${protocol ? 'schema' : 'protocol'}`)
  checkProtocol(protocol, folder)
  const columns = deltaColumns(metadata, folder)
  const partitions = metadata.partitionColumns.map((name) => columns.find((column) => column.name === name)!)
  return {
    version: segment.version,
    columns,
    partitionNames: metadata.partitionColumns,
    files: [...state.files.values()].map((add) => deltaFile(add, { columns, partitions, folder })),
  }
}

/** Actions in the order of their versions: the last that is said of a file, with its vector, holds. */
function replayed() {
  const files = new Map<string, AddFile>()
  let protocol: DeltaProtocol | undefined
  let metadata: DeltaMetadata | undefined
  return {
    files,
    get protocol() {
      return protocol
    },
    get metadata() {
      return metadata
    },
    take(action: DeltaAction): void {
      protocol = action.protocol ?? protocol
      metadata = action.metaData ?? metadata
      if (action.remove) files.delete(keyOf(action.remove))
      if (action.add) files.set(keyOf(action.add), action.add)
    },
  }
}

/** A file with another vector is another one: both can be in one commit. */
function keyOf({ path, deletionVector: vector }: Pick<AddFile, 'path' | 'deletionVector'>): string {
  return vector ? `${path}\0${vector.storageType}${vector.pathOrInlineDv}@${vector.offset ?? ''}` : path
}

/** A log that is being read. */
interface ReadLog {
  /** For errors. */
  readonly place: string
  readonly files: DeltaLogFiles
  readonly query: QueryRows
}

async function jsonActions({ files, place }: ReadLog, name: string): Promise<readonly DeltaAction[]> {
  return actionsOf((await files.text(name)).split('\n'), `${place}/${name}`)
}

async function checkpointActions(log: ReadLog, name: string): Promise<readonly DeltaAction[]> {
  const own = name.endsWith('.json') ? await jsonActions(log, name) : await parquetActions(log, name)
  const actions = [...own]
  for (const { sidecar } of own)
    if (sidecar) actions.push(...(await parquetActions(log, `_sidecars/${sidecar.path.split('/').at(-1)!}`)))
  return actions
}

async function parquetActions({ files, place, query }: ReadLog, name: string): Promise<readonly DeltaAction[]> {
  const rows = await files.withParquet(name, (path) =>
    query(`SELECT to_json(c) AS line FROM read_parquet(${literal(path)}, hive_partitioning = false) AS c`),
  )
  return actionsOf(
    rows.map(({ line }) => String(line)),
    `${place}/${name}`,
  )
}

/** `WEIR-4026` for a line that is none. */
export function actionsOf(lines: readonly string[], path: string): readonly DeltaAction[] {
  try {
    return lines.flatMap((line) => (line.trim() === '' ? [] : [deltaAction.parse(parseJson(line))]))
  } catch (cause) {
    throw new WeirError('WEIR-4026', `${path} holds a line that is no action of a Delta log`, { cause })
  }
}

function deltaFile(
  { path, partitionValues, deletionVector, stats }: AddFile,
  { columns, partitions, folder }: Read,
): DeltaFile {
  return {
    bounds: boundsOf({ stats }, boundedFields(columns)),
    path: localPath(path, folder),
    partition: partitions.map(({ source, type }) => partitionValue(partitionValues?.[source] ?? null, type)),
    vector: deletionVector ? locateVector(deletionVector, folder) : null,
  }
}

interface Read {
  readonly columns: readonly DeltaColumn[]
  readonly partitions: readonly DeltaColumn[]
  readonly folder: string
}

/** Columns of one value, by the names that statistics have them under. */
function boundedFields(columns: readonly DeltaColumn[]): readonly Field[] {
  return columns.flatMap(({ source, type, isPartition }, id) =>
    isPartition || parsePrimitive(type) === undefined ? [] : [{ id, name: source, required: false, type }],
  )
}

/** Paths are URIs, from the table's folder on. */
export function localPath(uri: string, folder: string): string {
  const path = normalize(decodeURIComponent(uri))
  if (!/^[a-z][a-z0-9+.-]*:/i.test(uri) && !isAbsolute(path) && !path.startsWith('..')) return path
  throw new WeirError('WEIR-4025', `${folder}: its log names ${uri}, which is outside: such tables are not read`)
}

/** The empty text is null, whatever the type (Delta protocol, "Partition Value Serialization"). */
function partitionValue(value: string | null, type: string): string | null {
  if (value === null || value === '') return null
  return type === 'timestamptz' && !/(Z|[+-]\d{2}(:?\d{2})?)$/.test(value.slice(10)) ? `${value}+00` : value
}
