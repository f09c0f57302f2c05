import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { DuckDBConnection } from '@duckdb/node-api'
import { countPositions, mergedPositions } from '../../lake/puffin/positions.ts'
import type { RecordField } from '../../record/json/record-schema.ts'
import type { BlockRows, RowChange } from '../commit/block-rows.ts'
import type { AdoptedFile, DeliveryTable, TableView } from '../table/delivery-table.ts'
import type { LiveFile, RowChanges } from '../table/row-changes.ts'
import { copyFinal } from '../tail/parse-block.ts'
import { readDigests, type Digests } from './digests.ts'
import type { FoundRows, KeyIndex } from './key-index.ts'
import { findLastRows, untouchedRows, upsertedRows, type LastRows } from './last-rows.ts'
import { keyFields, type KeyPlan } from './table-key.ts'

export interface KeyedPorts {
  readonly table: DeliveryTable
  readonly rows: RowChanges
  readonly index: KeyIndex
  readonly plan: KeyPlan
  readonly connection: DuckDBConnection
  /** Where files are written before the table takes them over. */
  readonly folder: string
}

/** So many files of deletes of one data file become one: readers open each of them. */
const deleteFilesMax = 8

/**
 * A block as changes of rows: of each key its last record, in the place of the row that the table has (docs/spec/keyed-tables.md).
 * `rows` is a SELECT with the columns of a tail, accepted under the schema of `schemaView`; undefined when there are none.
 */
export function keyedRows(rows: string | undefined, schemaView: TableView, ports: KeyedPorts): BlockRows {
  if (rows === undefined) return { change: async () => ({ files: [], removed: [] }), done: async () => undefined }
  return new KeyedRows(rows, schemaView, ports)
}

class KeyedRows implements BlockRows {
  readonly #rows: string
  readonly #view: TableView
  readonly #ports: KeyedPorts
  readonly #key: readonly RecordField[]
  #last: LastRows | undefined
  #digests: Digests | undefined
  #upserts: readonly AdoptedFile[] | undefined

  constructor(rows: string, view: TableView, ports: KeyedPorts) {
    this.#rows = rows
    this.#view = view
    this.#ports = ports
    this.#key = keyFields(view.schema, ports.plan.columns)
  }

  async change(view: TableView): Promise<RowChange> {
    const { connection, rows, plan } = this.#ports
    const last = (this.#last ??= await findLastRows(connection, this.#rows, this.#key))
    const files = await rows.files(view)
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    return bytes < plan.copyOnWriteBytes ? this.#copyOnWrite(view, last, files) : this.#mergeOnRead(view, last, files)
  }

  async done(): Promise<void> {
    await this.#last?.drop()
  }

  /** All rows of the table anew: it has few. */
  async #copyOnWrite(view: TableView, last: LastRows, files: readonly LiveFile[]): Promise<RowChange> {
    const { table, rows } = this.#ports
    const { fields } = this.#view.schema
    const parts = [upsertedRows(this.#rows, last, fields)]
    if (files.length > 0) parts.push(untouchedRows(await rows.rowsText(view), last, this.#key))
    const written = await this.#write(parts.join(' UNION ALL BY NAME '))
    const replaced = files.flatMap(({ location, deletes, byValue }) => [
      location,
      ...byValue,
      ...deletes.map(({ id }) => id),
    ])
    return {
      files: await table.adopt(this.#view, written),
      removed: await rows.removed(view, new Set(replaced)),
      keyed: { applied: last.counts, rows: written.reduce((sum, file) => sum + file.rows, 0) },
    }
  }

  /** New rows as a new file, old ones by deletes of their positions: bytes as many as what changed. */
  async #mergeOnRead(view: TableView, last: LastRows, files: readonly LiveFile[]): Promise<RowChange> {
    const { connection, folder, index, rows, table } = this.#ports
    if (files.some(({ byValue }) => byValue.length > 0)) throw deletedByValue(view)
    this.#digests ??= await readDigests(connection, last.table)
    const holdsOlder = rows.holdsOlder(view)
    const touched = (await index.find(view, this.#key, this.#digests)).map((found) => mergeDeletes(found, holdsOlder))
    if (last.upserts > 0)
      this.#upserts ??= await table.adopt(
        this.#view,
        await this.#write(upsertedRows(this.#rows, last, this.#view.schema.fields)),
      )
    const emptied = touched.filter(({ file, all }) => countPositions(all) === file.rows)
    const kept = touched.filter((one) => !emptied.includes(one))
    const deletes = await rows.deleteRows(view, kept, { connection, folder })
    const gone = [
      ...emptied.flatMap(({ file }) => [file.location, ...file.deletes.filter(isOfOneFile).map(({ id }) => id)]),
      ...kept.flatMap(({ replaced }) => replaced),
    ]
    const found = touched.reduce((sum, one) => sum + one.foundRows, 0)
    return {
      files: [...(this.#upserts ?? []), ...deletes],
      removed: gone.length === 0 ? [] : await rows.removed(view, new Set(gone)),
      keyed: { applied: last.counts, rows: index.liveRows(files) - found + last.upserts },
    }
  }

  async #write(select: string) {
    const { connection, folder } = this.#ports
    const files = await copyFinal(connection, this.#view, select, join(folder, `commit-${randomUUID()}`))
    return files.filter((file) => file.rows > 0)
  }
}

/** The deletes to write for a file, and those that they take the place of. */
function mergeDeletes({ file, deleted, found }: FoundRows, holdsOlder: boolean) {
  const all = mergedPositions(deleted, found)
  const replaced = holdsOlder || file.deletes.length >= deleteFilesMax ? file.deletes.filter(isOfOneFile) : []
  const foundRows = countPositions(found)
  const merges = holdsOlder || (replaced.length === file.deletes.length && replaced.length > 0)
  return {
    file,
    all,
    foundRows,
    positions: merges ? all : found,
    replaced: merges ? replaced.map(({ id }) => id) : [],
  }
}

function isOfOneFile(deletes: LiveFile['deletes'][number]): boolean {
  return deletes.isOfOneFile
}

function deletedByValue({ location }: TableView): WeirError {
  return new WeirError(
    'WEIR-4014',
    `others deleted rows of the table at ${location} by value, so their positions are not known. Compaction applies these deletes: it comes hourly, or with weir compact`,
  )
}
