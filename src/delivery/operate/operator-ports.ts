import type { DuckDBConnection } from '@duckdb/node-api'
import type { DeliveryMemory } from '../delivery-memory.ts'
import type { RecordSource } from '../record-source.ts'
import type { DeliveryTable } from '../table/delivery-table.ts'

/** What an operator's action on a delivery needs. Workers may run meanwhile: the catalog's compare-and-swap decides. */
export interface OperatorPorts {
  readonly table: DeliveryTable
  /** Null when the stream is gone or does not answer: then some things cannot be told. */
  readonly source: RecordSource | null
  readonly memory: DeliveryMemory
  /** Used by one action at a time; `TimeZone` must be UTC. */
  readonly connection: DuckDBConnection
  /** An existing local folder for files on their way into the table. */
  readonly folder: string
}
