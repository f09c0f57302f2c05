import type { DeliveryState } from '../../record/delivery-state.ts'
import type { DeliveryTable } from '../table/delivery-table.ts'

/** Writes a state file, durable and never changed; gives its path. In force it is only when a commit names it. */
export async function writeState(table: DeliveryTable, state: DeliveryState): Promise<string> {
  return table.put((id) => `state-${id}.json`, Buffer.from(JSON.stringify(state)))
}
