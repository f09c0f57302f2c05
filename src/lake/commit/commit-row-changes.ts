import { assert } from '../../kernel/assert.ts'
import { stateProperty } from '../../record/delivery-state.ts'
import type { TableIdent } from '../catalog/pointer-store.ts'
import type { Long } from '../json.ts'
import type { TableRequirement } from '../metadata/requirement.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'
import { planScan } from '../scan/plan-scan.ts'
import { commitJudged, type Attempt, type Stale } from './commit-judged.ts'
import type { RewriteContext } from './commit-rewrite.ts'
import { judgeRowChange } from './judge-row-change.ts'
import { prepareSnapshot } from './prepare-snapshot.ts'
import type { PreparedSnapshot } from './prepared-commit.ts'
import type { RowChange } from './row-change.ts'

export interface TableRowChange {
  readonly ident: TableIdent
  readonly change: RowChange
}

/** `stale`: nothing was committed, and never will be; whoever read the rows reads them again. */
export type RowChangesOutcome =
  | {
      readonly kind: 'committed'
      /** In the order of the changes. */
      readonly snapshotIds: readonly Long[]
    }
  | Stale

const attemptsMax = 30

/**
 * Commits changes of rows, of several tables all together or not at all, on whatever the tables are by then. Each attempt is
 * judged anew (lake.md, "A change of rows"); nothing is ever removed. A table comes once.
 */
export async function commitRowChanges(
  changes: readonly TableRowChange[],
  context: RewriteContext,
): Promise<RowChangesOutcome> {
  const tables = changes.map(({ ident }) => ident)
  assert(
    tables.length > 0 && new Set(tables.map((one) => JSON.stringify(one))).size === tables.length,
    'each table once',
  )
  const judge = async (loaded: readonly TableMetadata[]): Promise<Attempt<readonly Long[]> | Stale> => {
    const snapshots: PreparedSnapshot[] = []
    for (const [at, { change }] of changes.entries()) {
      const prepared = await prepareRowChange(change, loaded[at]!, context)
      if ('kind' in prepared) return { ...prepared, reason: `${printed(tables[at]!)}: ${prepared.reason}` }
      snapshots.push(prepared)
    }
    return { kind: 'prepared', snapshots, result: snapshots.map(({ snapshotId }) => snapshotId) }
  }
  const isNamed = async (loaded: readonly TableMetadata[]): Promise<boolean> => {
    const found = await Promise.all(changes.map(({ change }, at) => namesFiles(loaded[at]!, change, context)))
    return found.includes(true)
  }
  const outcome = await commitJudged({ tables, judge, isNamed, attemptsMax }, context.client)
  return outcome.kind === 'stale' ? outcome : { kind: 'committed', snapshotIds: outcome.result }
}

/** One attempt: the snapshot of a change on the table as it was loaded, or why it cannot be made. */
export async function prepareRowChange(
  change: RowChange,
  metadata: TableMetadata,
  { store, reader }: Pick<RewriteContext, 'store' | 'reader'>,
): Promise<PreparedSnapshot | Stale> {
  const judged = await judgeRowChange(change, metadata, { store, reader })
  if (judged.kind === 'stale') return judged
  const { added = [], deletes = [], removed = [], snapshotProperties = {}, tableProperties } = change
  const writer = stateProperty in snapshotProperties ? {} : { 'engine-name': 'weir' }
  const prepared = await prepareSnapshot({
    metadata,
    store,
    reader,
    operation: change.operation,
    keepsState: true,
    added: [...added, ...deletes].map((file) => ({ file })),
    removed: [...removed, ...judged.dropped],
    snapshotProperties: { ...writer, ...snapshotProperties },
    ...(tableProperties === undefined ? {} : { tableProperties }),
  })
  return added.length === 0 ? prepared : { ...prepared, requirements: [...prepared.requirements, sameSpecs(metadata)] }
}

/** A spec goes only once another is the default: files that are written under it must not slip in behind that. */
function sameSpecs(metadata: TableMetadata): TableRequirement {
  return { type: 'assert-default-spec-id', 'default-spec-id': metadata['default-spec-id'] }
}

async function namesFiles(
  metadata: TableMetadata,
  { added = [], deletes = [] }: RowChange,
  { store, reader }: RewriteContext,
): Promise<boolean> {
  const own = new Set([...added, ...deletes].map(({ location }) => location))
  const { dataFiles, deleteFiles } = await planScan({ metadata, store, reader })
  return [...dataFiles, ...deleteFiles].some(({ location }) => own.has(location))
}

function printed({ namespace, name }: TableIdent): string {
  return [...namespace, name].join('.')
}
