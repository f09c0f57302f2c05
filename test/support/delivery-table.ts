import { rowsOfFiles } from '../../src/delivery/table/rows-of-files.ts'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type {
  AdoptedFile,
  CommitOutcome,
  DeliveryTable,
  LocalDataFile,
  NearestSummary,
  NewColumn,
  TableCommit,
  TableFiles,
  TableView,
} from '../../src/delivery/table/delivery-table.ts'
import { WeirError } from '../../src/kernel/errors/weir-error.ts'
import { literal } from '../../src/lake/types/duckdb-type.ts'
import { schemaOf } from '../../src/lake/types/schema.ts'
import type { ColumnDeclaration } from '../../src/lake/types/schema.ts'
import { deliveryState, type DeliveryState } from '../../src/record/delivery-state.ts'
import type { RecordSchema } from '../../src/record/json/record-schema.ts'

interface Snapshot {
  readonly id: string
  readonly parent: string | null
  readonly files: readonly string[]
  readonly summary: string | undefined
  readonly atMs: number
}

const noChanges = { isWhole: true, added: 0n, placedMax: 0n, removed: 0n, removedMax: 0n }

const ownColumns: readonly ColumnDeclaration[] = [
  { name: '_source', type: 'string' },
  { name: '_source_partition', type: 'int' },
  { name: '_offset', type: 'long' },
  { name: '_timestamp', type: 'timestamptz' },
]

/**
 * A table in a folder with the semantics that delivery relies on (one pointer, compare and swap, a chain of snapshots), whose
 * answers a test can lose and whose snapshots it can roll back. The real one has its own tests; here the failures are at will.
 */
export class FolderTable implements DeliveryTable {
  readonly folder: string
  uuid = randomUUID()
  columns: readonly ColumnDeclaration[]
  schemaId = 0
  property: string | undefined
  snapshots: Snapshot[] = []
  current: string | null = null
  lastSequence = 0
  /** What happens to the next commits, first one first. */
  readonly nextCommits: ('lose answer' | 'lose request' | 'conflict' | 'fail')[] = []
  commits = 0
  removals: TableView['removals'] = 'none'
  /** As if copies of no more than one could be kept. */
  filesInTurns = false

  constructor(folder: string, columns: readonly ColumnDeclaration[]) {
    this.folder = folder
    this.columns = [...columns, ...ownColumns]
    mkdirSync(join(folder, 'data'), { recursive: true })
    mkdirSync(join(folder, 'weir'), { recursive: true })
  }

  async load(): Promise<TableView> {
    const { current, snapshots } = this
    const files = snapshots.find(({ id }) => id === current)?.files ?? []
    return {
      uuid: this.uuid,
      location: this.folder,
      schemaId: this.schemaId,
      schema: schemaOf(this.columns) as RecordSchema,
      filled: new Set(),
      snapshotId: current,
      lastSequence: this.lastSequence,
      snapshotIds: new Set(snapshots.map(({ id }) => id)),
      committedAtMs: snapshots.find(({ id }) => id === current)?.atMs ?? null,
      state: this.property,
      summary: this.#nearest(),
      removals: this.removals,
      othersChanges: () => ({ since: noChanges, ever: noChanges }),
      copyText: (select, directory) =>
        `COPY (${select}) TO ${literal(`${directory}/data.parquet`)} (FORMAT parquet, COMPRESSION zstd, RETURN_STATS)`,
      dataFiles: async () => filesOf(files),
      dataFilesInTurns: async () =>
        this.filesInTurns && files.length > 1
          ? files.map((file) => async () => filesOf([file]))
          : [async () => filesOf(files)],
      liveRows: async () => 0n,
    }
  }

  #nearest(): NearestSummary {
    for (let id = this.current; id !== null;) {
      const snapshot = this.snapshots.find((candidate) => candidate.id === id)
      if (!snapshot) return { kind: 'broken' }
      if (snapshot.summary !== undefined) return { kind: 'named', path: snapshot.summary }
      id = snapshot.parent
    }
    return { kind: 'none' }
  }

  async readState(path: string): Promise<DeliveryState> {
    try {
      return deliveryState.parse(JSON.parse(readFileSync(join(this.folder, path), 'utf8')))
    } catch (cause) {
      throw new WeirError('WEIR-5011', `state file ${path} cannot be read`, { cause })
    }
  }

  async get(path: string): Promise<Buffer> {
    return readFileSync(join(this.folder, path))
  }

  async put(nameOf: (id: string) => string, bytes: Uint8Array): Promise<string> {
    const path = `weir/${nameOf(randomUUID())}`
    writeFileSync(join(this.folder, path), bytes, { flag: 'wx' })
    return path
  }

  async adopt(_view: TableView, files: readonly LocalDataFile[]): Promise<readonly AdoptedFile[]> {
    return files.map(({ path }) => {
      const location = join(this.folder, 'data', `${randomUUID()}-${basename(path)}`)
      renameSync(path, location)
      return { location, entry: null }
    })
  }

  async commit(view: TableView, commit: TableCommit): Promise<CommitOutcome> {
    const fate = this.nextCommits.shift()
    const id = String(Math.floor(Math.random() * 2 ** 48))
    if (fate === 'fail') throw new WeirError('WEIR-5018', 'the catalog is not there')
    if (fate === 'conflict') return { kind: 'conflict' }
    if (fate === 'lose request') return { kind: 'unknown', snapshotId: id, reason: 'no answer' }
    if (view.snapshotId !== this.current || view.schemaId !== this.schemaId || view.uuid !== this.uuid)
      return { kind: 'conflict' }
    this.addSnapshot(
      id,
      commit.files.map(({ location }) => location),
      commit.state,
    )
    this.property = commit.state
    this.commits++
    return fate === 'lose answer'
      ? { kind: 'unknown', snapshotId: id, reason: 'no answer' }
      : { kind: 'landed', snapshotId: id }
  }

  /** Also what another engine does: without a summary of ours. */
  addSnapshot(id: string, files: readonly string[], summary?: string): void {
    const before = this.snapshots.find((snapshot) => snapshot.id === this.current)?.files ?? []
    this.snapshots.push({ id, parent: this.current, files: [...before, ...files], summary, atMs: Date.now() })
    this.current = id
    this.lastSequence++
  }

  async addColumns(view: TableView, columns: readonly NewColumn[]): Promise<'landed' | 'conflict'> {
    if (view.schemaId !== this.schemaId) return 'conflict'
    this.columns = [...this.columns, ...columns]
    this.schemaId++
    return 'landed'
  }

  /** Every name below `weir/`. */
  stateFiles(): readonly string[] {
    return readdirSync(join(this.folder, 'weir'))
  }
}

function filesOf(paths: readonly string[]): TableFiles {
  return { paths, rows: rowsOfFiles(paths), hasDeletes: false, [Symbol.dispose]: () => undefined }
}
