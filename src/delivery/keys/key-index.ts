import type { DuckDBConnection } from '@duckdb/node-api'
import { createHash } from 'node:crypto'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hasPosition, positionsOf, type Positions } from '../../lake/puffin/positions.ts'
import type { RecordField } from '../../record/json/record-schema.ts'
import type { TableView } from '../table/delivery-table.ts'
import type { LiveFile, RowChanges } from '../table/row-changes.ts'
import { DeletedPositions } from './deleted-positions.ts'
import type { Digests } from './digests.ts'
import { openKeyRun, type KeyRun } from './key-run.ts'
import { writeKeyRun } from './write-key-run.ts'

export interface KeyIndexPorts {
  readonly rows: RowChanges
  readonly connection: DuckDBConnection
  /** Local, of the delivery; a folder for each table is made in it. */
  readonly directory: string
  /** How many of the files that lack a run have one by now. */
  readonly onProgress: (progress: { readonly done: number; readonly total: number } | null) => void
}

/** A data file of a view, which of its rows were deleted before, and which have one of the keys that were looked for. */
export interface FoundRows {
  readonly file: LiveFile
  readonly deleted: Positions
  readonly found: Positions
}

interface IndexedFile {
  readonly run: KeyRun
  readonly deleted: DeletedPositions
}

/**
 * Where the row of a key is: for each data file a run of its keys, beside the worker's data, and the rows that deletes name. A run is
 * about a file that never changes, so the index is of whatever snapshot is asked about: of a new one it reads the keys of
 * the files that it does not know, and what it cannot use it makes anew (docs/spec/keyed-tables.md, "The key index").
 */
export class KeyIndex {
  readonly #ports: KeyIndexPorts
  readonly #files = new Map<string, IndexedFile>()
  #folder: string | undefined

  constructor(ports: KeyIndexPorts) {
    this.#ports = ports
  }

  /** The rows of the view's snapshot that have one of the keys; files without any are left out. */
  async find(view: TableView, key: readonly RecordField[], digests: Digests): Promise<readonly FoundRows[]> {
    const files = await this.#follow(view, key)
    const all: FoundRows[] = []
    for (const file of files) {
      const { run, deleted } = this.#files.get(file.location)!
      const numbers: number[] = []
      await run.find(digests, (row) => {
        if (!hasPosition(deleted.positions, row)) numbers.push(row)
      })
      if (numbers.length > 0) all.push({ file, deleted: deleted.positions, found: positionsOf(numbers) })
    }
    return all
  }

  /** Rows of the view's snapshot that are not deleted. After `find` on the same view. */
  liveRows(files: readonly LiveFile[]): number {
    return files.reduce((sum, { location, rows }) => sum + rows - this.#files.get(location)!.deleted.count, 0)
  }

  close(): void {
    for (const { run } of this.#files.values()) run.close()
    this.#files.clear()
  }

  async #follow(view: TableView, key: readonly RecordField[]): Promise<readonly LiveFile[]> {
    const { rows, connection, directory, onProgress } = this.#ports
    const files = await rows.files(view)
    const folder = join(directory, view.uuid)
    if (this.#folder !== folder) await this.#enter(folder)
    const missing = files.filter(({ location }) => !this.#files.has(location))
    for (const [done, file] of missing.entries()) {
      onProgress({ done, total: missing.length })
      const run = await this.#runOf(view, file, key)
      this.#files.set(file.location, { run, deleted: new DeletedPositions() })
    }
    if (missing.length > 0) onProgress(null)
    for (const file of files) await this.#files.get(file.location)!.deleted.follow(rows, view, file, connection)
    await this.#leaveOthers(new Set(files.map(({ location }) => location)))
    return files
  }

  /** Another table than before: runs of what had the name are of no use. */
  async #enter(folder: string): Promise<void> {
    this.close()
    await mkdir(folder, { recursive: true })
    for (const name of await readdir(this.#ports.directory))
      if (join(this.#ports.directory, name) !== folder)
        await rm(join(this.#ports.directory, name), { recursive: true, force: true })
    for (const name of await readdir(folder)) if (name.endsWith('.tmp')) await removeOld(join(folder, name))
    this.#folder = folder
  }

  async #runOf(view: TableView, file: LiveFile, key: readonly RecordField[]): Promise<KeyRun> {
    const path = this.#pathOf(file.location)
    const signature = signatureOf(file, key)
    const known = await openKeyRun(path, signature)
    if (known?.rows === file.rows) return known
    known?.close()
    const names = key.map(({ name }) => name)
    const { connection } = this.#ports
    const rows = await this.#ports.rows.fileText(view, file, names)
    await writeKeyRun({ connection, rows, key, path, signature })
    const made = await openKeyRun(path, signature)
    if (made === undefined) throw new Error(`the key run at ${path} cannot be read back`)
    return made
  }

  /** Files that the table no longer has: of a worker that is behind us too, which makes them anew. */
  async #leaveOthers(present: ReadonlySet<string>): Promise<void> {
    for (const [location, { run }] of this.#files) {
      if (present.has(location)) continue
      run.close()
      this.#files.delete(location)
    }
    const names = new Set([...present].map(nameOf))
    for (const name of await readdir(this.#folder!))
      // Another worker of the delivery may be writing one that has its last name not yet.
      if (name.endsWith('.run') && !names.has(name)) await rm(join(this.#folder!, name), { force: true })
  }

  #pathOf(location: string): string {
    return join(this.#folder!, nameOf(location))
  }
}

const abandonedMs = 3_600_000

/** Of a worker that was killed while it wrote; a younger one may be another's who writes it now. */
async function removeOld(path: string): Promise<void> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }))
  if (Date.now() - mtimeMs > abandonedMs) await rm(path, { force: true })
}

function nameOf(location: string): string {
  return `${createHash('sha256').update(location).digest('hex').slice(0, 32)}.run`
}

function signatureOf({ location, rows }: LiveFile, key: readonly RecordField[]): Buffer {
  const text = JSON.stringify([location, rows, key.map(({ id }) => id)])
  return createHash('sha256').update(text).digest().subarray(0, 16)
}
