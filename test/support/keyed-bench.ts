import { join } from 'node:path'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import type { DeleteRule } from '../../src/delivery/keys/table-key.ts'
import type { OperatorPorts } from '../../src/delivery/operate/operator-ports.ts'
import { openLakeTable, type LakeTable } from '../../src/delivery/table/lake-table.ts'
import type { DeliveryWorker } from '../../src/delivery/worker/delivery-worker.ts'
import { startDeliveryWorker } from '../../src/delivery/worker/start-delivery-worker.ts'
import { systemClock } from '../../src/kernel/clock.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { silentLogger } from '../../src/kernel/logger.ts'
import { manifestReader } from '../../src/lake/manifest/manifest-reader.ts'
import { planScan, type Scan } from '../../src/lake/scan/plan-scan.ts'
import { schemaOf, type ColumnDeclaration } from '../../src/lake/types/schema.ts'
import { TestMemory } from './delivery-memory.ts'
import { openLocalLake, type LocalLake } from './local-lake.ts'
import { RecordLog } from './record-log.ts'
import { readUpTo } from './delivery-bench.ts'

export interface KeyedOptions {
  readonly columns?: readonly ColumnDeclaration[]
  readonly key?: readonly string[]
  readonly deletes?: DeleteRule
  /** 0: merge on read at once. */
  readonly copyOnWriteBytes?: number
  readonly partitions?: number
  readonly formatVersion?: 2 | 3
  readonly partition?: { readonly name: string; readonly transform: string; readonly 'source-id': number }[]
}

/** A topic, a table with a key in a lake of real files, and workers between them. */
export interface KeyedBench extends AsyncDisposable {
  readonly lake: LocalLake
  readonly log: RecordLog
  readonly table: LakeTable
  readonly db: DuckDBConnection
  readonly ports: OperatorPorts
  start(): Promise<DeliveryWorker>
  /** Reads all partitions to their ends and commits. */
  deliver(worker: DeliveryWorker): Promise<void>
  /** The rows of the current snapshot, in the order of their text. */
  rows(columns?: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  scan(): Promise<Scan>
}

export const keyedTable = { namespace: ['public'], name: 't' }
export const tombstones: DeleteRule = { tombstones: true, recordKey: 'json' }

const own: readonly ColumnDeclaration[] = [
  { name: '_source', type: 'string' },
  { name: '_source_partition', type: 'int' },
  { name: '_offset', type: 'long' },
  { name: '_timestamp', type: 'timestamptz' },
]

export async function openKeyedBench(options: KeyedOptions = {}): Promise<KeyedBench> {
  const {
    columns = [
      { name: 'id', type: 'long', required: true },
      { name: 'name', type: 'string' },
    ],
    key = ['id'],
    deletes = tombstones,
    copyOnWriteBytes = 16e6,
    partitions = 1,
  } = options
  const lake = await openLocalLake()
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const db = await instance.connect()
  await db.run(`SET TimeZone = 'UTC'`)
  const schema = schemaOf([...columns, ...own])
  const ids = key.map((name) => schema.fields.find((field) => field.name === name)!.id)
  await lake.client.ensureNamespace(['public'])
  await lake.client.createTable(['public'], {
    name: 't',
    schema: { ...schema, 'identifier-field-ids': ids },
    ...(options.partition ? { partition: options.partition } : {}),
    properties: { 'format-version': String(options.formatVersion ?? 2) },
  })
  const table = openLakeTable(keyedTable, { catalog: lake.client, store: lake.store })
  const log = new RecordLog(undefined, partitions)
  const memory = new TestMemory()
  const workers: DeliveryWorker[] = []
  const all = Array.from({ length: partitions }, (_, partition) => partition)
  let epochs = 0

  const scan = async (): Promise<Scan> => {
    const { metadata } = await lake.client.loadTable(keyedTable)
    return planScan({ metadata, store: lake.store, reader: manifestReader(lake.store) })
  }
  return {
    lake,
    log,
    table,
    db,
    ports: {
      ...{ table, memory, source: log, connection: db, folder: lake.folder },
      keyed: {
        plan: { columns: key, deletes, copyOnWriteBytes },
        rows: table.rowChanges,
        keysDirectory: join(lake.folder, 'keys'),
        decodeFor: () => undefined,
      },
    },
    scan,
    async start() {
      const config = {
        delivery: 'd',
        table: 'public.t',
        tailDirectory: join(lake.folder, `tail-${++epochs}`),
        keysDirectory: join(lake.folder, 'keys'),
        key: { columns: key, deletes, copyOnWriteBytes },
        format: 'json',
        onNewField: 'reject',
        flushBytes: 64e6,
        flushAgeMs: 600_000,
        memoryLimitBytes: 5e8,
      } as const
      const ports = {
        source: log,
        table,
        rowChanges: table.rowChanges,
        memory,
        files: nodeFiles,
        clock: systemClock,
        logger: silentLogger,
      }
      const worker = await startDeliveryWorker(config, ports)
      workers.push(worker)
      await worker.assign({ epoch: epochs, partitions: all })
      return worker
    },
    async deliver(worker) {
      for (const { partition, end } of await log.bounds(all)) await readUpTo(worker, end, partition)
      await worker.flush()
    },
    async rows(columnsText = 'id, name') {
      const text = await table.rowChanges.rowsText(await table.load())
      return (await db.runAndReadAll(`SELECT ${columnsText} FROM (${text}) ORDER BY ALL`)).getRowObjectsJson()
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.stop(0)))
      db.closeSync()
      instance.closeSync()
      await lake[Symbol.asyncDispose]()
    },
  }
}
