import { asWeirError, WeirError } from '../../kernel/errors/weir-error.ts'
import { deliveryState, type DeliveryState } from '../../record/delivery-state.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'

/** The state of deliveries that a snapshot names. WEIR-5011 for a file that holds none: without it nobody knows which rows the tail repeats. */
export async function readStateFile(objects: Pick<ObjectStore, 'get'>, location: string): Promise<DeliveryState> {
  const bytes = await objects.get(location)
  try {
    return deliveryState.parse(JSON.parse(bytes.toString('utf8')))
  } catch (cause) {
    const said = asWeirError(cause).message.split('\n')[0]!
    throw new WeirError('WEIR-5011', `${location} is no state of deliveries (${said})`, { cause })
  }
}
