import { asWeirError } from '../../kernel/errors/weir-error.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { checkChange, checkShape } from '../delta/write/check-shape.ts'
import { commitLocation, deltaRoot, deltaVersion, isDelta, settingsProperty } from '../delta/write/delta-table.ts'
import { logEntry } from '../delta/write/log-entry.ts'
import { isCheckpointDue } from '../delta/write/table-settings.ts'
import { stamped, takeIn } from '../delta/write/take-in.ts'
import { lastCommit, mustBeTheSame, wholeLog } from '../delta/write/whole-log.ts'
import { manifestReader } from '../manifest/manifest-reader.ts'
import { applyUpdates } from '../metadata/apply-updates.ts'
import { violated } from '../metadata/check-requirements.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'
import { inTurns } from './in-turns.ts'
import { logPrevious } from './metadata-log.ts'
import type { MetadataStore } from './metadata-store.ts'
import { printed } from './namespace-routes.ts'
import type { PointerStore, TableIdent } from './pointer-store.ts'
import { noSuchTable, RestError } from './rest-error.ts'
import type { CommittedTable, TableChange } from './table-change.ts'

/**
 * Tables whose truth is a Delta log (docs/spec/delta.md). Their metadata and pointer follow it: what the log has beyond them, whoever wrote
 * it, is taken in before anything is answered or committed. Changes of one table take turns.
 */
export interface DeltaTables {
  /** The metadata file of any table, a Delta table's with all that its log has. */
  pointer(table: TableIdent): Promise<string | undefined>
  has(table: TableIdent): Promise<boolean>
  /** Writes the first commit of a table that is to be made, and answers its metadata. 409 where there is a log already. */
  begin(metadata: TableMetadata): Promise<TableMetadata>
  /** The commit is the log's next file, made only if it is not there; all that it names is durable before. */
  commit(change: TableChange): Promise<CommittedTable>
}

interface DeltaContext {
  readonly pointers: PointerStore
  readonly objects: ObjectStore
  readonly metadata: MetadataStore<TableMetadata>
  readonly now: () => number
  /** Told of each table whose log is due for a checkpoint; writing it is for somebody who has the time. */
  readonly onCheckpointDue: (table: TableIdent) => void
}

/** How often a commit whose requirements still hold is tried again after another engine's came first. */
const attemptsMax = 30
const unreadable: ReadonlySet<string> = new Set(['WEIR-8002', 'WEIR-8005', 'WEIR-8007', 'WEIR-4008'])
/** Of metadata files it is remembered whose they are. */
const rememberedMax = 10_000

export function deltaTables(context: DeltaContext): DeltaTables {
  const { pointers, objects } = context
  const reader = manifestReader(objects)
  const log = wholeLog(objects, context.now)
  const inTurn = inTurns()
  const remembered = new Map<string, boolean>()

  const isDeltaAt = async (location: string): Promise<boolean> => {
    const known = remembered.get(location)
    if (known !== undefined) return known
    try {
      const found = isDelta(await context.metadata.read(location))
      if (remembered.size >= rememberedMax) remembered.clear()
      remembered.set(location, found)
      return found
    } catch (error) {
      // Whoever needs the file says that it has gone, or that it is none.
      if (unreadable.has(asWeirError(error).code)) return false
      throw error
    }
  }

  /** The table with all that its log has. */
  const caughtUp = async (table: TableIdent, isCommit = false): Promise<CommittedTable> => {
    for (;;) {
      const location = await pointers.tablePointer(table)
      if (location === undefined) throw noSuchTable(printedName(table))
      const metadata = await context.metadata.read(location)
      const text = await nextCommit(metadata, objects)
      if (text === undefined) {
        if (await log.mustBeWhole(metadata, isCommit)) return { location, metadata }
        continue
      }
      mustBeTheSame(metadata, await objects.size(lastCommit(metadata)))
      const taken = await takeIn(text, metadata, { store: objects, reader, now: context.now })
      await follow(table, taken, { location, metadata })
    }
  }

  /** Moves the pointer on; where somebody else has done it, nothing is lost. */
  const follow = async (table: TableIdent, next: TableMetadata, from: CommittedTable): Promise<boolean> => {
    const { metadata, dropped } = logPrevious(next, from)
    const location = await context.metadata.write(metadata, from.location)
    const { swapped } = await pointers.swap([{ table, from: from.location, to: location }])
    await Promise.allSettled((swapped ? dropped : [location]).map((unused) => objects.remove(unused)))
    return swapped
  }

  const attempt = async ({ table, requirements, updates }: TableChange): Promise<CommittedTable | undefined> => {
    const current = await caughtUp(table, true)
    const { metadata } = current
    const reason = violated(requirements, metadata)
    if (reason !== undefined) throw new RestError(409, 'CommitFailedException', reason)
    if (updates.length === 0) return current
    const now = context.now()
    const after = applyUpdates(metadata, updates, now)
    checkChange(metadata, after)
    const entry = await logEntry({ before: metadata, after, updates }, { store: objects, reader, now })
    if (entry === undefined)
      return (await unknownUnlessDone(() => follow(table, after, current))) ? caughtUp(table) : undefined
    const next = commitLocation(deltaRoot(metadata), deltaVersion(metadata) + 1)
    if (!(await unknownUnlessDone(() => putFirst(objects, next, entry)))) return undefined
    if (isCheckpointDue(after, deltaVersion(metadata) + 1)) context.onCheckpointDue(table)
    return unknownUnlessDone(() => caughtUp(table))
  }

  return {
    async pointer(table) {
      const location = await pointers.tablePointer(table)
      if (location === undefined || !(await isDeltaAt(location))) return location
      return (await inTurn(table, () => caughtUp(table))).location
    },
    async has(table) {
      const location = await pointers.tablePointer(table)
      return location !== undefined && isDeltaAt(location)
    },
    async begin(made) {
      checkShape(made)
      const now = context.now()
      const settings = { [settingsProperty]: JSON.stringify({ createdTime: now }) }
      const metadata = stamped({ ...made, properties: { ...made.properties, ...settings } }, undefined)
      const change = { before: undefined, after: metadata, updates: [] }
      const entry = await logEntry(change, { store: objects, reader, now })
      const first = commitLocation(deltaRoot(metadata), 0)
      if (await putFirst(objects, first, entry!)) return metadata
      throw new RestError(409, 'AlreadyExistsException', `There is a Delta table already: ${first}`)
    },
    commit: (change) =>
      inTurn(change.table, async () => {
        for (let tries = 1; tries <= attemptsMax; tries++) {
          const committed = await attempt(change)
          if (committed) return committed
        }
        const name = printedName(change.table)
        throw new RestError(409, 'CommitFailedException', `The table ${name} changed ${attemptsMax} times meanwhile`)
      }),
  }
}

/** The commit behind the last that the metadata goes up to. */
async function nextCommit(metadata: TableMetadata, objects: ObjectStore): Promise<string | undefined> {
  try {
    return (await objects.get(commitLocation(deltaRoot(metadata), deltaVersion(metadata) + 1))).toString()
  } catch (error) {
    if (asWeirError(error).code === 'WEIR-8002') return undefined
    throw error
  }
}

/** False when the name is taken. */
async function putFirst(objects: ObjectStore, location: string, text: string): Promise<boolean> {
  try {
    await objects.put(location, Buffer.from(text), { ifAbsent: true })
    return true
  } catch (error) {
    if (asWeirError(error).code === 'WEIR-8003') return false
    throw error
  }
}

/** Whoever sent the change must hear that it may have been made: it then looks. */
async function unknownUnlessDone<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RestError(500, 'CommitStateUnknownException', `The outcome of the commit is unknown: ${reason}`)
  }
}

function printedName(table: TableIdent): string {
  return printed([...table.namespace, table.name])
}
