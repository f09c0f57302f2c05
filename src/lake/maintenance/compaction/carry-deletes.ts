import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileKey } from '../../commit/touched-files.ts'
import type { DataFile } from '../../manifest/data-file.ts'
import { specById, tableSchema } from '../../metadata/read.ts'
import type { TableMetadata } from '../../metadata/table-metadata.ts'
import { countPositions } from '../../puffin/positions.ts'
import { applicableDeletes, type FileWithDeletes, hasDeletes } from '../../scan/applicable-deletes.ts'
import { deletedRowsSql } from '../../scan/deleted-rows.ts'
import { placedRowsSql } from '../../scan/live-rows.ts'
import type { Scan } from '../../scan/plan-scan.ts'
import { blocksSql, positionsOfBlocks, vectorRowsSql } from '../../scan/vector-rows.ts'
import { identifier } from '../../types/duckdb-type.ts'
import { fieldsById } from '../../types/schema.ts'
import type { CopyRow } from '../../write/copy-result.ts'
import { dataFolder, dataLocation } from '../../write/data-location.ts'
import { type DeletedRows, writeDeletionVectors } from '../../write/deletion-vectors.ts'
import { positionDeleteFile, positionDeletesSql } from '../../write/position-deletes.ts'
import { under } from '../../../storage/objects/location.ts'
import { holdFiles } from './hold-files.ts'
import type { CompactionGroup } from './plan-groups.ts'
import { scanOfFiles } from './scan-of-files.ts'
import type { WriteContext } from './write-group.ts'

/** A group that was written, on its way into a table that others have gone on deleting from. */
export interface WrittenGroup {
  /** As it was planned on. */
  readonly metadata: TableMetadata
  readonly sequenceNumber: number
  readonly group: CompactionGroup
  readonly added: readonly DataFile[]
}

/**
 * Deletes of the new files for the rows that others have deleted from the replaced ones since (table-maintenance.md, INV-M12), durable;
 * or why there are none: a replaced file has gone, fewer rows are deleted than were, or nothing tells which row is which.
 */
export async function carryDeletes(
  written: WrittenGroup,
  now: { readonly scan: Scan; readonly metadata: TableMetadata },
  context: WriteContext,
  signal?: AbortSignal,
): Promise<readonly DataFile[] | string> {
  const { metadata, group, added } = written
  const identity = identityOf(metadata)
  const [first] = group.files
  if (identity.length === 0 || first === undefined)
    return `other deletes touch ${first?.file.location} than those that were applied`
  const present = presentFiles(group, now.scan)
  if (typeof present === 'string') return present
  const news: readonly FileWithDeletes[] = added.map((file) => ({
    file: { ...file, sequenceNumber: written.sequenceNumber },
    deletes: [],
    byValue: [],
  }))
  const held = await holdFiles([...group.files, ...present, ...news], context.store)
  try {
    const reading = { metadata, pathOf: held.pathOf, query: (sql: string) => context.engine.query(sql, signal) }
    const late = await lateRows(group.files, present, identity, reading)
    if (typeof late === 'string') return late
    const deleted = await rowsOf(late, news, identity, reading)
    if (typeof deleted === 'string') return deleted
    return deleted.length === 0 ? [] : await writeDeletes(now.metadata, deleted, context, signal)
  } finally {
    held.release()
  }
}

interface Reading {
  readonly metadata: TableMetadata
  readonly pathOf: (location: string) => string
  readonly query: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>
}

interface LateRows {
  /** A query of what tells them apart, as `k0` and so on. */
  readonly sql: string
  readonly count: number
}

/** The rows that were written anew and are deleted by now; why not, when rows came back. */
async function lateRows(
  files: readonly FileWithDeletes[],
  present: readonly FileWithDeletes[],
  identity: readonly string[],
  { metadata, pathOf, query }: Reading,
): Promise<LateRows | string> {
  const options = { schema: tableSchema(metadata), schemas: metadata.schemas, pathOf }
  const deleted = present.map(withoutValues).filter(hasDeletes)
  const applied = files.map(withoutValues).filter(hasDeletes)
  const fewer = `fewer rows of ${files[0]!.file.location} and others are deleted than were`
  if (deleted.length === 0) return applied.length > 0 ? fewer : { sql: '', count: 0 }
  const now = deletedRowsSql(deleted, options)
  if (applied.length > 0) {
    const before = deletedRowsSql(applied, options)
    const [back] = await query(
      `SELECT 1 AS back FROM (${before}) AS b ANTI JOIN (${now}) AS n USING (path, pos) LIMIT 1`,
    )
    if (back) return fewer
  }
  const old = placed(metadata, files, identity, pathOf)
  const sql = `SELECT ${keyNames(identity)} FROM (${old}) AS old SEMI JOIN (${now}) AS late USING (path, pos)`
  const [counted] = await query(`SELECT count(*)::DOUBLE AS n FROM (${sql})`)
  return { sql, count: Number(counted!['n']) }
}

/** Where they lie in the new files. */
async function rowsOf(
  late: LateRows,
  news: readonly FileWithDeletes[],
  identity: readonly string[],
  { metadata, pathOf, query }: Reading,
): Promise<readonly DeletedRows[] | string> {
  if (late.count === 0) return []
  const fresh = placed(metadata, news, identity, pathOf)
  const found = await query(
    blocksSql(
      `SELECT path, pos FROM (${fresh}) AS fresh SEMI JOIN (${late.sql}) AS late USING (${keyNames(identity)})`,
      'path',
    ),
  )
  const byPath = Map.groupBy(found, ({ path }) => String(path))
  const deleted = news.flatMap(({ file }) => {
    const rows = byPath.get(pathOf(file.location))
    return rows === undefined ? [] : [{ dataFile: file, positions: positionsOfBlocks(rows) }]
  })
  const rows = deleted.reduce((sum, { positions }) => sum + countPositions(positions), 0)
  if (rows === late.count) return deleted
  return `${late.count} rows were deleted since, which are ${rows} of those that were written anew`
}

const keyNames = (identity: readonly string[]): string => identity.map((_, at) => `k${at}`).join(', ')

/** What tells one row of the table from all others: its number in version 3, the key of the table, or nothing. */
function identityOf(metadata: TableMetadata): readonly string[] {
  if (hasNumbers(metadata)) return [places.rowId]
  const { fields, 'identifier-field-ids': ids = [] } = tableSchema(metadata)
  const known = fieldsById(fields)
  return ids.flatMap((id) => known.get(id)?.path.map(identifier).join('.') ?? [])
}

const withoutValues = (one: FileWithDeletes): FileWithDeletes => ({ ...one, byValue: [] })

/** The files of the group as they are now, with at least the deletes by value that were applied. */
function presentFiles({ files }: CompactionGroup, scan: Scan): readonly FileWithDeletes[] | string {
  const locations = new Set(files.map(({ file }) => file.location))
  const dataFiles = scan.dataFiles.filter(({ location }) => locations.has(location))
  const present = new Map(applicableDeletes({ ...scan, dataFiles }).map((one) => [one.file.location, one]))
  for (const { file, byValue } of files) {
    const found = present.get(file.location)
    if (found === undefined) return `${file.location} is not in the table any more`
    const values = new Set(found.byValue.map(fileKey))
    if (!byValue.every((one) => values.has(fileKey(one))))
      return `fewer deletes by value touch ${file.location} than were applied`
  }
  return [...present.values()]
}

/** The rows that files have with their deletes applied: `path`, `pos`, and what tells them apart as `k0` and so on. */
function placed(
  metadata: TableMetadata,
  files: readonly FileWithDeletes[],
  identity: readonly string[],
  pathOf: (location: string) => string,
): string {
  const rows = placedRowsSql(
    scanOfFiles(metadata, files),
    { schemas: metadata.schemas, pathOf, lineage: hasNumbers(metadata) },
    places,
  )
  const keys = identity.map((text, at) => `${text} AS k${at}`).join(', ')
  return `SELECT ${places.file} AS path, ${places.position} AS pos, ${keys} FROM (${rows})`
}

/** Names that begin so are Weir's. */
const places = { file: '_weir_path', position: '_weir_pos', rowId: '_weir_row_id' }

const hasNumbers = (metadata: TableMetadata): boolean => metadata['format-version'] >= 3

async function writeDeletes(
  metadata: TableMetadata,
  deleted: readonly DeletedRows[],
  context: WriteContext,
  signal: AbortSignal | undefined,
): Promise<readonly DataFile[]> {
  if (hasNumbers(metadata))
    return writeDeletionVectors(context.store, under(dataFolder(metadata), `${randomUUID()}-deletes.puffin`), deleted)
  const directory = join(context.folder, `deletes-${randomUUID()}`)
  await mkdir(directory, { recursive: true })
  try {
    const written: DataFile[] = []
    for (const { dataFile, positions } of deleted) {
      const source = `(${vectorRowsSql([{ path: dataFile.location, rows: positions }])})`
      const target = join(directory, `${written.length}.parquet`)
      const [copied] = await context.engine.query(positionDeletesSql({ dataFile, source, target }), signal)
      const spec = specById(metadata, dataFile.specId)
      const location = dataLocation(metadata, spec, dataFile.partition)
      const { localPath, file } = positionDeleteFile(copied as unknown as CopyRow, dataFile, location)!
      await context.store.adopt(localPath, file.location)
      written.push(file)
    }
    return written
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
