import { randomUUID } from 'node:crypto'
import type { DeliveryState } from '../../record/delivery-state.ts'
import type { DeliveryTable } from '../table/delivery-table.ts'

/** Writes a state file, durable and never changed; gives its path. In force it is only when a commit names it. */
export async function writeState(table: DeliveryTable, state: DeliveryState): Promise<string> {
  const path = `weir/state-${randomUUID()}.json`
  await table.put(path, Buffer.from(JSON.stringify(state)))
  return path
}
