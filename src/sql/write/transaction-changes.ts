import type { EngineHost, TableName } from '../engine-host.ts'
import type { PendingTable } from '../snapshot/pending-table.ts'
import { sqlError } from '../sql-error.ts'
import type { WriteTransaction } from '../wire/write-service.ts'
import { changeOf, type CommittedChange, encodeChange } from './run/committed-change.ts'
import type { Scratch } from './run/scratch.ts'

/** What one session has done to tables and not committed. */
export interface TransactionChanges extends WriteTransaction {
  of(table: TableName): PendingTable | undefined
  /** The table is this from now on. */
  set(table: PendingTable): void
}

type Tables = ReadonlyMap<string, PendingTable>

const keyOf = ({ schema, name }: TableName): string => `${schema}\0${name}`

export function transactionChanges(host: Pick<EngineHost, 'commit'>, scratch: Scratch): TransactionChanges {
  let tables: Tables = new Map()
  let savepoints: readonly { readonly name: string; readonly tables: Tables }[] = []
  const forget = (): void => {
    tables = new Map()
    savepoints = []
  }
  const savepointAt = (name: string): number => {
    const at = savepoints.findLastIndex((one) => one.name === name)
    if (at >= 0) return at
    throw sqlError('WEIR-6003', `savepoint "${name}" does not exist`, { sqlstate: '3B001' })
  }
  return {
    of: (table) => tables.get(keyOf(table)),
    set: (table) => void (tables = new Map([...tables, [keyOf(table), table]])),
    get hasChanges() {
      return tables.size > 0
    },
    async commit() {
      const changed = [...tables.values()].flatMap((table) => {
        const change = changeOf(table)
        return change ? [{ table, change }] : []
      })
      forget()
      try {
        if (changed.length > 0) await host.commit({ tables: changed.map(committed) })
      } finally {
        await scratch.clear()
      }
    },
    async rollback() {
      forget()
      await scratch.clear()
    },
    savepoint: (name) => void (savepoints = [...savepoints, { name, tables }]),
    rollbackTo(name) {
      const at = savepointAt(name)
      tables = savepoints[at]!.tables
      savepoints = savepoints.slice(0, at + 1)
    },
    release: (name) => void (savepoints = savepoints.slice(0, savepointAt(name))),
  }
}

function committed({ table, change }: { readonly table: PendingTable; readonly change: CommittedChange }) {
  return { schema: table.schema, name: table.name, change: encodeChange(change) }
}
