import type { RecordKey } from './keys.ts'
import type { Row, Storage } from './storage.ts'

export interface Snapshot {
  readonly id: number
  readonly parent: number | null
  readonly sequence: number
  readonly files: readonly number[]
  /** The state file that its summary names; null in snapshots of others. */
  readonly state: number | null
}

/** The metadata of the table at one moment; a commit makes another. */
export interface Table {
  readonly uuid: number
  readonly metadataFile: number
  readonly snapshots: Readonly<Record<number, Snapshot>>
  readonly current: number
  readonly lastSequence: number
  /** 0 narrow, 1 wide. */
  readonly schema: number
  /** The state file that the property names. */
  readonly state: number | null
}

export function currentSnapshot(table: Table): Snapshot {
  return table.snapshots[table.current]!
}

/**
 * The state file of the nearest ancestor that names one. Null: the chain ends, none ever did. Undefined: the chain is
 * broken by expiry, nothing can be said.
 */
export function nearestSummary(table: Table): number | null | undefined {
  let snapshot: Snapshot | undefined = currentSnapshot(table)
  while (snapshot !== undefined) {
    if (snapshot.state !== null) return snapshot.state
    if (snapshot.parent === null) return null
    snapshot = table.snapshots[snapshot.parent]
  }
  return undefined
}

interface Contents {
  readonly rows: readonly Row[]
  readonly keys: ReadonlySet<RecordKey>
}

const cache = new WeakMap<Snapshot, Contents>()

export function contentsOf(storage: Storage, snapshot: Snapshot): Contents {
  const known = cache.get(snapshot)
  if (known !== undefined) return known
  const rows: Row[] = []
  for (const id of snapshot.files) {
    const content = storage.get(id)?.content
    // What a named file lacks is found by the check of what the table names.
    if (content?.kind === 'data') rows.push(...content.rows)
  }
  const contents = { rows, keys: new Set(rows.flatMap(({ key }) => (key === null ? [] : [key]))) }
  cache.set(snapshot, contents)
  return contents
}

export function rowsOf(storage: Storage, table: Table): readonly Row[] {
  return contentsOf(storage, currentSnapshot(table)).rows
}

export function keysOf(storage: Storage, table: Table): ReadonlySet<RecordKey> {
  return contentsOf(storage, currentSnapshot(table)).keys
}

/** Whether any snapshot that the table retains names the data file. */
export function namesFile(table: Table, file: number): boolean {
  return Object.values(table.snapshots).some(({ files }) => files.includes(file))
}
