import type { ChangeCount, Hold } from '../../kernel/change-count.ts'
import type { TableIdent, TablePointers } from '../../lake/catalog/pointer-store.ts'
import type { GovernedRelations } from '../access/restrict-relations.ts'
import type {
  EngineHost,
  Relations,
  ResolvedTable,
  SessionPrincipal,
  TableName,
  WriteHost,
} from '../../sql/engine-host.ts'
import { gatherTails, type GatheredTails, type TailSource } from './gather-tails.ts'

export interface EngineHostOptions {
  readonly relations: () => Promise<GovernedRelations>
  /** As a session may use them. */
  readonly restrict: (relations: GovernedRelations, session: SessionPrincipal | undefined) => Relations
  readonly pointers: Pick<TablePointers, 'tablePointer'>
  readonly tailSources: () => readonly TailSource[]
  readonly writes: WriteHost
  /** Raised before anybody is told of a change of relations, pointers or workers. */
  readonly changes: ChangeCount
  /** Others move pointers too, and nobody tells us: no answer holds. */
  readonly isShared: boolean
  /** The same of one table: it follows a log that others write. */
  readonly followsLog: (table: TableIdent) => Promise<boolean>
}

/**
 * What the engine may ask. Tails are taken first and pointers after, so that no tail begins beyond its snapshot (INV-T1). Workers are
 * asked with the pointers of before: one whose table has moved looks whether its schema still is the one of its rows.
 */
export function createEngineHost(options: EngineHostOptions): EngineHost {
  const { relations, pointers, tailSources, changes, isShared, followsLog, writes } = options
  return {
    ...writes,
    async relations({ known, principal }) {
      const hold = changes.hold()
      const current = await relations()
      return {
        relations: current.version === known ? null : options.restrict(current, principal),
        // Nobody tells us when a file has been put back.
        holds: isShared || current.tables.some(({ unreadable }) => unreadable) ? [] : [hold],
      }
    },
    async resolve({ tables, relations: bound }) {
      // Of before the first look: what changes while we look ends it.
      const hold = changes.hold()
      if ((await relations()).version !== bound) return 'other relations'
      const gathered = await gatherTails(tailSources(), await pointersOf(pointers, tables))
      const after = await pointersOf(pointers, tables)
      const follow = await Promise.all(tables.map(({ schema, name }) => followsLog({ namespace: [schema], name })))
      const mayMove = isShared || follow.includes(true)
      // Looking at the pointers may have shown a schema that nobody had told us of.
      if (mayMove && (await relations()).version !== bound) return 'other relations'
      const resolved = tables.map(({ schema, name }): ResolvedTable | undefined => {
        const metadataLocation = after.get(`${schema}.${name}`)
        if (metadataLocation === undefined) return undefined
        const { tails = [], notices = [] } = gathered.get(`${schema}.${name}`) ?? {}
        return { schema, name, metadataLocation, tails, notices }
      })
      const found = resolved.filter((table) => table !== undefined)
      return {
        tables: found,
        holds: found.length === tables.length && !mayMove ? holdsOf(hold, [...gathered.values()]) : [],
      }
    },
  }
}

/** None when a worker's answer is true for now only. */
function holdsOf(own: Hold, gathered: readonly GatheredTails[]): readonly Hold[] {
  const holds = gathered.flatMap(({ tails }) => tails.map(({ hold }) => hold))
  const isComplete = gathered.every((table) => table.isComplete) && holds.every((hold) => hold !== undefined)
  return isComplete ? [own, ...holds] : []
}

/** By `schema.name`, without those that are gone. */
async function pointersOf(
  pointers: EngineHostOptions['pointers'],
  tables: readonly TableName[],
): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    tables.map(async ({ schema, name }) => {
      const location = await pointers.tablePointer({ namespace: [schema], name })
      return location === undefined ? [] : [[`${schema}.${name}`, location] as const]
    }),
  )
  return new Map(found.flat())
}
