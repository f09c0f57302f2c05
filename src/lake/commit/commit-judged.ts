import { setTimeout as pause } from 'node:timers/promises'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { TableIdent } from '../catalog/pointer-store.ts'
import type { CatalogClient, CommitOutcome, TableCommit } from '../client/catalog-client.ts'
import { snapshotOf } from '../metadata/read.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'
import type { PreparedSnapshot } from './prepared-commit.ts'

/** The tables are not what the change was made for; nothing was committed, and never will be. */
export interface Stale {
  readonly kind: 'stale'
  readonly reason: string
}

/** One attempt, judged on the tables as just loaded: a snapshot for each of them, in their order. */
export interface Attempt<T> {
  readonly kind: 'prepared'
  readonly snapshots: readonly PreparedSnapshot[]
  /** What it comes to when it lands. */
  readonly result: T
}

export interface JudgedCommit<T> {
  /** The tables that change together: each once. */
  readonly tables: readonly TableIdent[]
  readonly judge: (loaded: readonly TableMetadata[]) => Promise<Attempt<T> | Stale>
  /**
   * Asked when a commit had no answer, its snapshot is not there, and others came since: whether the tables name a file of
   * the change all the same (its snapshot has expired). Without it such a change is stale.
   */
  readonly isNamed?: (loaded: readonly TableMetadata[]) => Promise<boolean>
  readonly attemptsMax: number
}

export type JudgedOutcome<T> = { readonly kind: 'committed'; readonly result: T } | Stale

/**
 * Commits on whatever the tables are by then. Each attempt is judged anew; a conflict is tried again; an unknown outcome is
 * settled by reading (delivery rule 2): landed, if one of the snapshots sent, or a file of the change, is named. A commit that
 * others have overtaken can land no more, for its snapshot states its parent and a sequence number that is taken.
 */
export async function commitJudged<T>(
  commit: JudgedCommit<T>,
  client: Pick<CatalogClient, 'loadTable' | 'commitTable' | 'commitTables'>,
): Promise<JudgedOutcome<T>> {
  const sent: Sent<T> = { unanswered: [], on: undefined }
  for (let attempt = 0; attempt < commit.attemptsMax; attempt++) {
    const loaded = await load(commit.tables, client, sent.on === undefined ? 1 : loadsMax)
    const settled = await settle(sent, loaded, commit)
    if (settled !== undefined) return settled
    const judged = await commit.judge(loaded)
    if (judged.kind === 'stale') return judged
    const { outcome, cause } = await send(commit.tables, loaded, judged.snapshots, client)
    if (outcome === 'committed') return { kind: 'committed', result: judged.result }
    if (outcome === 'unknown') {
      sent.on ??= loaded
      sent.unanswered.push(judged)
      sent.cause = cause
    }
  }
  if (sent.on !== undefined) {
    const settled = await settle(sent, await load(commit.tables, client, loadsMax), commit)
    if (settled !== undefined) return settled
    // It may land yet: nobody can say that it did not.
    if (sent.on !== undefined) throw unknownOutcome(commit, sent.cause)
  }
  return { kind: 'stale', reason: `others changed the table in all of ${commit.attemptsMax} attempts to commit` }
}

/** What was sent and had no answer. */
interface Sent<T> {
  readonly unanswered: Attempt<T>[]
  /** The tables that the first of them started from, until others have overtaken it. */
  on: readonly TableMetadata[] | undefined
  cause?: unknown
}

async function settle<T>(
  sent: Sent<T>,
  loaded: readonly TableMetadata[],
  { isNamed }: JudgedCommit<T>,
): Promise<JudgedOutcome<T> | undefined> {
  const landed = sent.unanswered.find(({ snapshots }) =>
    snapshots.some(({ snapshotId }, at) => snapshotOf(loaded[at]!, snapshotId) !== undefined),
  )
  if (landed !== undefined) return { kind: 'committed', result: landed.result }
  const { on } = sent
  if (on === undefined || !loaded.some((now, at) => hasMoved(on[at]!, now))) return undefined
  if (isNamed === undefined) return { kind: 'stale', reason: 'a commit had no answer, and another snapshot came since' }
  if (await isNamed(loaded)) return { kind: 'committed', result: sent.unanswered.at(-1)!.result }
  sent.on = undefined
  return undefined
}

function unknownOutcome({ tables, attemptsMax }: JudgedCommit<unknown>, cause: unknown): WeirError {
  const names = tables.map(({ namespace, name }) => [...namespace, name].join('.')).join(', ')
  return new WeirError(
    'WEIR-4009',
    `The catalog answered none of ${attemptsMax} attempts to commit to ${names}: whether one of them lands is not known`,
    { cause },
  )
}

type Answered = { readonly outcome: CommitOutcome['outcome']; readonly cause?: unknown }

async function send(
  tables: readonly TableIdent[],
  loaded: readonly TableMetadata[],
  snapshots: readonly PreparedSnapshot[],
  client: Pick<CatalogClient, 'loadTable' | 'commitTable' | 'commitTables'>,
): Promise<Answered> {
  const commits = snapshots.map(({ requirements, updates }): TableCommit => ({ requirements, updates }))
  try {
    if (tables.length === 1) return await client.commitTable(tables[0]!, commits[0]!)
    return await client.commitTables(tables.map((ident, at) => ({ ident, commit: commits[at]! })))
  } catch (error) {
    if (await wereUpgraded(tables, loaded, client)) return { outcome: 'conflict' }
    throw error
  }
}

/** No requirement can state the format version: a snapshot of the former one is refused as invalid. */
async function wereUpgraded(
  tables: readonly TableIdent[],
  loaded: readonly TableMetadata[],
  client: Pick<CatalogClient, 'loadTable'>,
): Promise<boolean> {
  const now = await load(tables, client, 1)
  return now.some((metadata, at) => metadata['format-version'] !== loaded[at]!['format-version'])
}

const loadsMax = 8

/** Once a commit had no answer, only the tables can tell what became of it: a catalog that is away is waited for, for some seconds. */
async function load(
  tables: readonly TableIdent[],
  client: Pick<CatalogClient, 'loadTable'>,
  triesMax: number,
): Promise<readonly TableMetadata[]> {
  for (let attempt = 1; ; attempt++)
    try {
      const loaded = await Promise.all(tables.map((ident) => client.loadTable(ident)))
      return loaded.map(({ metadata }) => metadata)
    } catch (error) {
      if (attempt >= triesMax || !(error instanceof WeirError && error.code === 'WEIR-4009')) throw error
      await pause(20 * 2 ** attempt)
    }
}

function hasMoved(since: TableMetadata, now: TableMetadata): boolean {
  return (
    now['last-sequence-number'] > since['last-sequence-number'] ||
    now['current-snapshot-id'] !== since['current-snapshot-id']
  )
}
