import type { DuckDBConnection } from '@duckdb/node-api'
import type { DeliveryMemory } from '../delivery-memory.ts'
import type { RecordSource } from '../record-source.ts'
import type { Decode } from '../block/batch-feed.ts'
import type { KeyPlan } from '../keys/table-key.ts'
import type { DeliveryTable, TableView } from '../table/delivery-table.ts'
import type { RowChanges } from '../table/row-changes.ts'

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
  /** Of a delivery into a table with a key. */
  readonly keyed?: KeyedOperation
}

export interface KeyedOperation {
  readonly plan: KeyPlan
  readonly rows: RowChanges
  /** Where the delivery's workers have their key index: what one has found out serves the others. */
  readonly keysDirectory: string
  /** What makes JSON of its records, where they are something else. */
  decodeFor(view: TableView): Decode | undefined
}
