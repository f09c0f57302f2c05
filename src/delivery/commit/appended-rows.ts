import type { DuckDBConnection } from '@duckdb/node-api'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { AdoptedFile, DeliveryTable, LocalDataFile } from '../table/delivery-table.ts'
import { copyFinal } from '../tail/parse-block.ts'
import type { Segment } from '../tail/segment.ts'
import { selectFrom, type TailBlock } from '../tail/tail-block.ts'
import type { BlockRows } from './block-rows.ts'

export interface AppendPorts {
  readonly table: DeliveryTable
  readonly connection: DuckDBConnection
  /** Where files are written before the table takes them over. */
  readonly folder: string
}

/** All rows of the block as new files, written once whatever the table becomes. */
export function appendedRows(block: TailBlock, { table, connection, folder }: AppendPorts): BlockRows {
  let final: readonly LocalDataFile[] | undefined
  let adopted: readonly AdoptedFile[] | undefined
  const writeSmall = async (segments: readonly Segment[]): Promise<readonly LocalDataFile[]> => {
    const small = segments.filter((segment) => !segment.final)
    if (small.length === 0) return []
    return copyFinal(connection, block.view, selectFrom(small), join(folder, `commit-${randomUUID()}`))
  }
  return {
    async change() {
      const { segments, view } = block
      final ??= [...segments.flatMap((segment) => segment.final ?? []), ...(await writeSmall(segments))]
      adopted ??= await table.adopt(view, final)
      return { files: adopted, removed: [] }
    },
    async done() {},
  }
}
