import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { RecordSource } from '../../src/delivery/record-source.ts'
import { readLedger } from '../../src/delivery/ledger/read-ledger.ts'
import type { OperatorPorts } from '../../src/delivery/operate/operator-ports.ts'
import type { DeliveryWorker, DeliveryWorkerConfig } from '../../src/delivery/worker/delivery-worker.ts'
import { startDeliveryWorker } from '../../src/delivery/worker/start-delivery-worker.ts'
import { systemClock } from '../../src/kernel/clock.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { silentLogger } from '../../src/kernel/logger.ts'
import { literal } from '../../src/lake/types/duckdb-type.ts'
import type { Duckdb } from '../../src/sql/duckdb/duckdb.ts'
import { openDuckdb } from '../../src/sql/duckdb/open.ts'
import { TestMemory } from './delivery-memory.ts'
import { FolderTable } from './delivery-table.ts'
import { RecordLog } from './record-log.ts'
import { waitUntil } from './wait-until.ts'

/** One topic, one table and what runs between them. */
export interface DeliveryWorld {
  readonly folder: string
  readonly log: RecordLog
  readonly table: FolderTable
  readonly memory: TestMemory
  readonly ports: OperatorPorts
  /** A worker with nothing assigned; stopped after the tests. */
  readonly start: (source?: RecordSource) => Promise<DeliveryWorker>
  /** Delivers all that partition 0 of the log has, as one commit. */
  readonly deliver: () => Promise<void>
}

export type Row = Readonly<Record<string, unknown>>

export interface DeliveryBench {
  world(more?: Partial<DeliveryWorkerConfig>): DeliveryWorld
  query(sql: string): Promise<readonly Row[]>
  rowsIn(paths: readonly string[]): Promise<readonly Row[]>
  /** Of the current snapshot. */
  rowsOf(table: FolderTable): Promise<readonly Row[]>
}

const columns = [
  { name: 'id', type: 'long' },
  { name: 'name', type: 'string' },
]

/** Worlds for the tests of one file: real workers and DuckDB; a table whose answers get lost at will. Cleans up after them. */
export function deliveryBench(): DeliveryBench {
  const root = mkdtempSync(join(tmpdir(), 'weir-delivery-'))
  const workers: DeliveryWorker[] = []
  let duckdb: Duckdb
  let connection: DuckDBConnection
  let names = 0
  before(async () => {
    duckdb = await openDuckdb({ memoryLimitBytes: 5e8, threads: 1, temporaryDirectory: join(root, 'spill') })
    connection = await duckdb.connect()
    await connection.run(`SET TimeZone = 'UTC'`)
  })
  after(async () => {
    await Promise.all(workers.map((worker) => worker.stop(0)))
    connection.closeSync()
    duckdb.close()
    rmSync(root, { recursive: true, force: true })
  })

  const rowsIn: DeliveryBench['rowsIn'] = async (paths) =>
    paths.length === 0
      ? []
      : duckdb.query(
          `SELECT * FROM read_parquet([${paths.map(literal).join(', ')}], union_by_name = true)
           ORDER BY _source_partition, _offset`,
        )

  function world(more: Partial<DeliveryWorkerConfig> = {}): DeliveryWorld {
    const folder = join(root, String(++names))
    mkdirSync(folder)
    const log = new RecordLog()
    const table = new FolderTable(join(folder, 'table'), columns)
    const memory = new TestMemory()
    const start = async (source: RecordSource = log): Promise<DeliveryWorker> => {
      const config = { ...defaults, ...more, tailDirectory: join(folder, `tail-${++names}`) }
      const ports = { source, table, memory, files: nodeFiles, clock: systemClock, logger: silentLogger }
      const worker = await startDeliveryWorker(config, ports)
      workers.push(worker)
      return worker
    }
    const deliver = async (): Promise<void> => {
      const worker = await start()
      await worker.assign({ epoch: ++names, partitions: [0] })
      const [bounds] = await log.bounds([0])
      await readUpTo(worker, bounds!.end)
      await worker.flush()
      await worker.stop(5000)
    }
    return { folder, log, table, memory, start, deliver, ports: { table, memory, source: log, connection, folder } }
  }

  return {
    world,
    query: (sql) => duckdb.query(sql),
    rowsIn,
    rowsOf: async (table) => rowsIn((await (await table.load()).dataFiles()).paths),
  }
}

const defaults: Omit<DeliveryWorkerConfig, 'tailDirectory'> = {
  delivery: 'd',
  table: 'public.t',
  format: 'json',
  onNewField: 'reject',
  flushBytes: 64e6,
  flushAgeMs: 600_000,
  memoryLimitBytes: 5e8,
}

/** The tail once it holds the partition up to this offset. */
export function readUpTo(worker: DeliveryWorker, offset: number, partition = 0) {
  return waitUntil(`offset ${offset} is in the tail`, async () => {
    const report = await worker.tails()
    if (report.halted) throw new Error(`${report.halted.code}: ${report.halted.reason}`)
    const found = report.partitions.find((entry) => entry.partition === partition)
    return found && Number(found.end) >= offset ? report : undefined
  })
}

/** The question with which the worker stopped. */
export function haltOf(worker: DeliveryWorker) {
  return waitUntil('the delivery has stopped', () => worker.status().halted)
}

/** A record that fits the table of the bench. */
export function good(id: number): string {
  return JSON.stringify({ id, name: `n${id}` })
}

/** A record whose field the table does not have. */
export function bad(id: number): string {
  return JSON.stringify({ id, nme: `n${id}` })
}

/** What the ledger counts of the first partition. */
export async function countsOf(table: FolderTable) {
  const [found] = (await readLedger(table)).entries
  if (!found) return undefined
  const { next, read, delivered, rejected, skipped, lost } = found
  return { next, read, delivered, rejected, skipped, lost }
}
