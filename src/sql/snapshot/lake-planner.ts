import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { TablePlanner } from './table-plan.ts'

/** Plans tables of the lake: the snapshot's files and, beyond their offsets, the tail. */
export function lakePlanner(config: { readonly objects: ObjectStore; readonly linkDirectory: string }): TablePlanner {
  void config
  return {
    plan: async () => {
      throw new WeirError('WEIR-9001', 'not yet')
    },
  }
}
