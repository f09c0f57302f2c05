import { asWeirError, WeirError } from '../../kernel/errors/weir-error.ts'
import type { TableIdent } from '../catalog/pointer-store.ts'
import type { CatalogClient, TableCommit } from '../client/catalog-client.ts'
import { ancestors, currentSnapshot } from '../metadata/read.ts'
import { mainBranch } from '../metadata/snapshot-updates.ts'
import type { Snapshot, SnapshotRef, TableMetadata } from '../metadata/table-metadata.ts'
import { findSnapshot, timeText, type Moment } from './find-snapshot.ts'

type Client = Pick<CatalogClient, 'loadTable' | 'commitTable'>

export interface NewRef {
  readonly name: string
  readonly type: 'branch' | 'tag'
  /** The current snapshot when absent. */
  readonly at?: Moment
  /** How old its snapshot may become before the branch or tag goes; for ever when absent. */
  readonly maxAgeMs?: number
}

/** Makes a branch or tag; nothing of another name's is touched. `WEIR-4003` when the name is taken, `WEIR-4010` when there is no such snapshot. */
export async function createRef(client: Client, ident: TableIdent, ref: NewRef): Promise<Snapshot> {
  const { name, type, maxAgeMs } = ref
  if (name === '' || /^\d+$/.test(name) || name.length > 255)
    throw new WeirError('WEIR-4006', `"${name}" is no name for a ${type}: one of 1 to 255 characters, not only digits`)
  let made: Snapshot | undefined
  await commitUntil(client, ident, (metadata) => {
    const taken = metadata.refs?.[name]
    if (made !== undefined && taken?.['snapshot-id'] === made['snapshot-id'] && taken.type === type) return undefined
    if (taken !== undefined)
      throw new WeirError(
        'WEIR-4003',
        `${nameOf(ident)} has the ${taken.type} ${name} already, at ${taken['snapshot-id']}`,
      )
    made = ref.at ? findSnapshot(metadata, ref.at, nameOf(ident)).snapshot : currentSnapshot(metadata)
    if (made === undefined)
      throw new WeirError('WEIR-4010', `${nameOf(ident)} has no snapshot yet: nothing was committed`)
    const id = made['snapshot-id']
    return {
      requirements: [uuidOf(metadata), { type: 'assert-ref-snapshot-id', ref: name, 'snapshot-id': null }],
      updates: [
        {
          action: 'set-snapshot-ref',
          'ref-name': name,
          'snapshot-id': id,
          type,
          ...(maxAgeMs === undefined ? {} : { 'max-ref-age-ms': maxAgeMs }),
        },
      ],
    }
  })
  return made!
}

/** `WEIR-4010` when there is none of the name and type; `main` stays. */
export async function dropRef(
  client: Client,
  ident: TableIdent,
  { name, type }: Pick<NewRef, 'name' | 'type'>,
): Promise<void> {
  if (name === mainBranch) throw new WeirError('WEIR-4006', `${mainBranch} is the table itself: it cannot be dropped`)
  let asked = false
  await commitUntil(client, ident, (metadata) => {
    const found = metadata.refs?.[name]
    if (found?.type !== type) {
      if (asked && found === undefined) return undefined
      findSnapshot(metadata, { by: 'name', name }, nameOf(ident))
      throw new WeirError('WEIR-4010', `${name} is a ${found?.type ?? 'snapshot'} of ${nameOf(ident)}, not a ${type}`)
    }
    asked = true
    return {
      requirements: [
        uuidOf(metadata),
        { type: 'assert-ref-snapshot-id', ref: name, 'snapshot-id': found['snapshot-id'] },
      ],
      updates: [{ action: 'remove-snapshot-ref', 'ref-name': name }],
    }
  })
}

export interface Rollback {
  readonly from: Snapshot
  readonly to: Snapshot
  /** Those whose changes go from the table, newest first. */
  readonly undone: readonly Snapshot[]
}

/** What a rollback would do. `WEIR-4010` for a snapshot that is not there or never was the table's current one. */
export function planRollback(metadata: TableMetadata, ident: TableIdent, to: Moment): Rollback {
  const table = nameOf(ident)
  const { snapshot } = findSnapshot(metadata, to, table)
  // What names a snapshot of main has a current one.
  const from = currentSnapshot(metadata)
  const line = [...ancestors(metadata, from?.['snapshot-id'])]
  const wasCurrent = metadata['snapshot-log']?.some((entry) => entry['snapshot-id'] === snapshot['snapshot-id'])
  if (from === undefined || (!line.includes(snapshot) && !wasCurrent)) {
    throw new WeirError(
      'WEIR-4010',
      `${table} was never at snapshot ${snapshot['snapshot-id']} of ${timeText(snapshot['timestamp-ms'])}: it is of another branch, or was staged. weir table history ${ident.name} shows those before the current one`,
    )
  }
  const kept = new Set(ancestors(metadata, snapshot['snapshot-id']))
  return { from, to: snapshot, undone: line.filter((one) => !kept.has(one)) }
}

/**
 * Makes an earlier snapshot current. Rows go, files and snapshots stay; deliveries into the table stop and ask (delivery.md, rule 4).
 * `expected` is the current snapshot that was decided on: `WEIR-4004` when the table has moved since.
 */
export async function rollBack(
  client: Client,
  ident: TableIdent,
  { to, expected }: { readonly to: Moment; readonly expected: string },
): Promise<Rollback> {
  let done: Rollback | undefined
  await commitUntil(client, ident, (metadata) => {
    const current = currentSnapshot(metadata)?.['snapshot-id']
    if (done !== undefined && current === done.to['snapshot-id']) return undefined
    if (String(current) !== expected)
      throw new WeirError(
        'WEIR-4004',
        `${nameOf(ident)} is at snapshot ${String(current)} by now, not at ${expected}: look again at what a rollback would do`,
      )
    done = planRollback(metadata, ident, to)
    return {
      requirements: [
        uuidOf(metadata),
        { type: 'assert-ref-snapshot-id', ref: mainBranch, 'snapshot-id': done.from['snapshot-id'] },
      ],
      updates: [
        {
          action: 'set-snapshot-ref',
          'ref-name': mainBranch,
          'snapshot-id': done.to['snapshot-id'],
          type: 'branch',
          ...keptRetention(metadata),
        },
      ],
    }
  })
  return done!
}

/** That `main` itself has: setting a ref sets all of it. */
function keptRetention({ refs }: TableMetadata): Omit<SnapshotRef, 'snapshot-id' | 'type'> {
  const kept = Object.entries(refs?.[mainBranch] ?? {}).filter(([key]) => /^(min|max)-/.test(key))
  return Object.fromEntries(kept)
}

const attemptsMax = 10

/** The next attempt would find no room either. */
function isDiskFull(cause: unknown): boolean {
  return cause instanceof WeirError && cause.code === 'WEIR-8001'
}

/** Commits what `change` makes of the table as just loaded, until it says that there is nothing (more) to do: so an answer that was lost is found. */
async function commitUntil(
  client: Client,
  ident: TableIdent,
  change: (metadata: TableMetadata) => TableCommit | undefined,
): Promise<void> {
  let cause: unknown
  for (let attempt = 0; attempt < attemptsMax && !isDiskFull(cause); attempt++) {
    const commit = change((await client.loadTable(ident)).metadata)
    if (commit === undefined) return
    const answer = await client.commitTable(ident, commit)
    if (answer.outcome === 'committed') return
    cause = answer.outcome === 'unknown' ? answer.cause : undefined
  }
  if (cause !== undefined) throw asWeirError(cause)
  throw new WeirError('WEIR-4004', `others changed ${nameOf(ident)} in all of ${attemptsMax} attempts; try again`)
}

const uuidOf = (metadata: TableMetadata) => ({ type: 'assert-table-uuid' as const, uuid: metadata['table-uuid'] })

const nameOf = ({ namespace, name }: TableIdent): string => `${namespace.join('.')}.${name}`
