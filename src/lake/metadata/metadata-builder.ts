import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { TableMetadata } from './table-metadata.ts'

/** Metadata while the updates of one commit are applied: what was added last is what an id of -1 means. */
export interface MetadataDraft {
  readonly metadata: TableMetadata
  readonly lastSchemaId?: number
  readonly lastSpecId?: number
  readonly lastOrderId?: number
  /** Snapshots that this commit added; they may be in the log only once, and last. */
  readonly now: number
}

export function changed(draft: MetadataDraft, change: Partial<TableMetadata>): MetadataDraft {
  return { ...draft, metadata: { ...draft.metadata, ...change } }
}

/** The id meant by -1, else the id itself; refuses -1 when nothing was added. */
export function lastAdded(id: number, last: number | undefined, what: string): number {
  if (id !== -1) return id
  if (last === undefined) throw new WeirError('WEIR-4006', `${what} -1 means the one added last, but none was added`)
  return last
}
