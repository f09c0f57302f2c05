import type { TablePointers } from '../../lake/catalog/pointer-store.ts'
import type { EngineHost, Relations, ResolvedTable, TableName } from '../../sql/engine-host.ts'
import { gatherTails, type TailSource } from './gather-tails.ts'

export interface EngineHostOptions {
  readonly relations: () => Promise<Relations>
  readonly pointers: TablePointers
  readonly tailSources: () => readonly TailSource[]
}

/**
 * What the engine may ask. Tails are taken first and pointers after, so that no tail begins beyond its snapshot (INV-T1). Workers are
 * asked with the pointers of before: one whose table has moved looks whether its schema still is the one of its rows.
 */
export function createEngineHost({ relations, pointers, tailSources }: EngineHostOptions): EngineHost {
  return {
    async relations({ known }) {
      const current = await relations()
      return current.version === known ? null : current
    },
    async resolve({ tables, relations: bound }) {
      if ((await relations()).version !== bound) return 'other relations'
      const gathered = await gatherTails(tailSources(), await pointersOf(pointers, tables))
      const after = await pointersOf(pointers, tables)
      const resolved = tables.map(({ schema, name }): ResolvedTable | undefined => {
        const metadataLocation = after.get(`${schema}.${name}`)
        if (metadataLocation === undefined) return undefined
        const { tails = [], notices = [] } = gathered.get(`${schema}.${name}`) ?? {}
        return { schema, name, metadataLocation, tails, notices }
      })
      return { tables: resolved.filter((table) => table !== undefined) }
    },
  }
}

/** By `schema.name`, without those that are gone. */
async function pointersOf(pointers: TablePointers, tables: readonly TableName[]): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    tables.map(async ({ schema, name }) => {
      const location = await pointers.tablePointer({ namespace: [schema], name })
      return location === undefined ? [] : [[`${schema}.${name}`, location] as const]
    }),
  )
  return new Map(found.flat())
}
