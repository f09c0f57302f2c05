import type { Namespace } from '../pointer-store.ts'

/** What may be done with a table or a view. */
export type CatalogAction = 'table:read' | 'table:write' | 'table:create' | 'table:drop'

/** A namespace itself where `name` is null. */
export interface CatalogTarget {
  readonly namespace: Namespace
  readonly name: string | null
}

/** What the sender of one request may do, by the policies of that moment. A request without it may do everything. */
export interface CatalogAccess {
  /** Why it may not, for people; undefined when it may. Reading is of whole files. */
  refusal(action: CatalogAction, target: CatalogTarget): string | undefined
  /** Whether it may know that it is there. */
  sees(target: CatalogTarget): boolean
}
