import type { TablePointers } from '../../lake/catalog/pointer-store.ts'
import type { EngineHost, Relations, ResolvedTable } from '../../sql/engine-host.ts'
import { gatherTails, type TailSource } from './gather-tails.ts'

export interface EngineHostOptions {
  readonly relations: () => Promise<Relations>
  readonly pointers: TablePointers
  readonly tailSources: () => readonly TailSource[]
}

/** What the engine may ask. Tails are taken first and pointers after, so that no tail begins beyond its snapshot (INV-T1). */
export function createEngineHost({ relations, pointers, tailSources }: EngineHostOptions): EngineHost {
  return {
    async relations({ known }) {
      const current = await relations()
      return current.version === known ? null : current
    },
    async resolve({ tables, relations: bound }) {
      if ((await relations()).version !== bound) return 'other relations'
      const names = new Set(tables.map(({ schema, name }) => `${schema}.${name}`))
      const gathered = await gatherTails(tailSources(), names)
      const resolved = await Promise.all(
        tables.map(async ({ schema, name }): Promise<ResolvedTable | undefined> => {
          const metadataLocation = await pointers.tablePointer({ namespace: [schema], name })
          if (metadataLocation === undefined) return undefined
          const { tails = [], notices = [] } = gathered.get(`${schema}.${name}`) ?? {}
          return { schema, name, metadataLocation, tails, notices }
        }),
      )
      return { tables: resolved.filter((table) => table !== undefined) }
    },
  }
}
