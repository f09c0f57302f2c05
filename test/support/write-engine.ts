import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { tableSchema } from '../../src/lake/metadata/read.ts'
import type { PartitionField } from '../../src/lake/metadata/table-metadata.ts'
import { schemaOf, type ColumnDeclaration } from '../../src/lake/types/schema.ts'
import type { Relations } from '../../src/sql/engine-host.ts'
import { columnRelation } from '../../src/sql/snapshot/column-relation.ts'
import { startEngine } from '../../src/sql/engine/start-engine.ts'
import type { WriteHost } from '../../src/sql/engine-host.ts'
import { writesTo } from './engine-writes.ts'
import { openLocalLake, type LocalLake } from './local-lake.ts'

export interface WrittenTableOptions {
  readonly columns: readonly ColumnDeclaration[]
  readonly partition?: readonly Omit<PartitionField, 'field-id'>[]
  readonly key?: readonly string[]
  readonly properties?: Readonly<Record<string, string>>
}

/** Where its tables lie. */
export type WrittenLake = Pick<LocalLake, 'folder' | 'store' | 'client' | typeof Symbol.asyncDispose>

/** A real engine over a real lake whose tables it writes to; the commits are made in this process. */
export interface WriteEngine extends AsyncDisposable {
  readonly lake: WrittenLake
  readonly socketPath: string
  readonly scratchDirectory: string
  client(): Promise<pg.Client>
  table(name: string, options: WrittenTableOptions): Promise<void>
  /** How many snapshots the table keeps. */
  snapshots(name: string): Promise<number>
}

export async function startWriteEngine(
  host: Partial<WriteHost> | ((own: WriteHost) => Partial<WriteHost>) = {},
  own?: WrittenLake,
): Promise<WriteEngine> {
  const lake = own ?? (await openLocalLake())
  await lake.client.ensureNamespace(['public'])
  const clients: pg.Client[] = []
  const socketPath = join(lake.folder, '.s.PGSQL.5432')
  const scratchDirectory = join(lake.folder, 'writes')
  await mkdir(scratchDirectory)
  let last: Relations = { version: 0, tables: [], views: [] }
  const current = async (): Promise<Relations> => {
    const namespaces = await lake.client.listNamespaces()
    const idents = (await Promise.all(namespaces.map((namespace) => lake.client.listTables(namespace)))).flat()
    const tables = await Promise.all(
      idents.map(async (ident) => {
        const { metadata } = await lake.client.loadTable(ident)
        const columns = tableSchema(metadata).fields.map(columnRelation)
        const { fields, 'identifier-field-ids': ids = [] } = tableSchema(metadata)
        const key = fields.flatMap(({ id, name }) => (ids.includes(id) ? [name] : []))
        return { schema: ident.namespace[0]!, name: ident.name, columns, ...(key.length > 0 ? { key } : {}) }
      }),
    )
    if (JSON.stringify(tables) !== JSON.stringify(last.tables)) last = { version: last.version + 1, tables, views: [] }
    return last
  }
  const writes = writesTo(lake)
  const engine = await startEngine(
    {
      listen: { socketPath },
      memoryLimitBytes: 400e6,
      threads: 2,
      temporaryDirectory: join(lake.folder, 'temporary'),
      linkDirectory: join(lake.folder, 'links'),
      scratchDirectory,
      objects: lake.store,
    },
    {
      ...writes,
      ...(typeof host === 'function' ? host(writes) : host),
      async relations({ known }) {
        const relations = await current()
        return { relations: relations.version === known ? null : relations, holds: [] }
      },
      async resolve({ tables, relations }) {
        if ((await current()).version !== relations) return 'other relations'
        const resolved = tables.map(async ({ schema, name }) => {
          const { metadataLocation } = await lake.client.loadTable({ namespace: [schema], name })
          return { schema, name, metadataLocation, tails: [], notices: [] }
        })
        return { tables: await Promise.all(resolved), holds: [] }
      },
    },
  )
  return {
    lake,
    socketPath,
    scratchDirectory,
    async client() {
      const client = new pg.Client({ host: lake.folder, port: 5432, user: 'weir', database: 'weir' })
      client.on('error', () => undefined)
      await client.connect()
      clients.push(client)
      return client
    },
    async table(name, { columns, key = [], ...more }) {
      const schema = schemaOf(columns)
      const ids = schema.fields.flatMap((field) => (key.includes(field.name) ? [field.id] : []))
      await lake.client.createTable(['public'], { name, schema: { ...schema, 'identifier-field-ids': ids }, ...more })
    },
    async snapshots(name) {
      const { metadata } = await lake.client.loadTable({ namespace: ['public'], name })
      return metadata.snapshots?.length ?? 0
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.end().catch(() => undefined)))
      await engine.stop({ deadlineMs: 500 })
      await lake[Symbol.asyncDispose]()
    },
  }
}
