import type { Policy } from '../../access/policy.ts'
import type { GovernedRelations } from '../access/restrict-relations.ts'
import type { DesiredResource, Resource, ResourceReference, ResourceState } from '../kinds/resource.ts'
import type { DeclaredProject } from '../project/project.ts'

/** One step of a plan. */
export interface PlannedChange {
  readonly action: 'create' | 'update' | 'delete'
  readonly kind: string
  readonly name: string
  /** `4 partitions, kept 7 days`; one line for each change of an update. */
  readonly lines: readonly string[]
  /** What is lost, one text each; such a step needs `allowDestructive`. */
  readonly destroys: readonly string[]
}

export interface Plan {
  readonly project: string
  readonly changes: readonly PlannedChange[]
}

export interface ResourceFilter {
  readonly kind?: string
  readonly prefix?: string
  /** All of these tags. */
  readonly tags?: Readonly<Record<string, string>>
  readonly state?: ResourceState
  /** 1 to 1000; 100 without. */
  readonly limit?: number
  /** `next` of the page before. */
  readonly cursor?: string
  /** So many are left out first, for who jumps into the middle of a long list. */
  readonly skip?: number
}

export interface ChangeOptions {
  /** Who is written into the audit: `cli`, `console`, `weir up`. */
  readonly actor: string
  readonly allowDestructive?: boolean
}

export interface AuditEntry {
  readonly at: string
  readonly actor: string
  /** `create`, `update`, `delete`, `state`, or what an operation is called: `replay`. */
  readonly action: string
  readonly kind: string
  readonly name: string
  readonly detail: unknown
}

export interface HistoryEntry {
  readonly version: number
  readonly at: string
  readonly actor: string
  readonly spec: unknown
  readonly tags: Readonly<Record<string, string>>
}

export type ControlEvent =
  | {
      readonly type: 'resource'
      readonly kind: string
      readonly name: string
      readonly state: ResourceState | 'Deleted'
    }
  | { readonly type: 'table'; readonly schema: string; readonly name: string }

/**
 * The desired state, and the loop that makes it so. Changes are durable with their audit row before they resolve; what
 * they ask for is done afterwards, one resource at a time, in order of dependency. Errors: WEIR-7001 no such resource,
 * 7002 version has moved on, 7003 in use, 7004 destroys data, 7005 cannot be changed in place, 1xxx for what is declared.
 */
export interface ControlPlane {
  /** The difference between a project and what there is; checks everything, changes nothing. */
  plan(project: DeclaredProject): Promise<Plan>
  /** Plans again and writes all of it in one transaction. Does not wait for the reconcile: see `settled`. */
  apply(project: DeclaredProject, options: ChangeOptions): Promise<Plan>
  put(
    resource: DesiredResource,
    options: ChangeOptions & { readonly ifVersion?: number; readonly mustBeNew?: boolean },
  ): Promise<Resource>
  remove(resource: ResourceReference, options: ChangeOptions & { readonly ifVersion?: number }): Promise<void>
  get(resource: ResourceReference): Promise<Resource>
  /** Sorted by kind and name. */
  list(filter?: ResourceFilter): Promise<{ readonly items: readonly Resource[]; readonly next: string | null }>
  /** How many there are on all pages. */
  count(filter?: ResourceFilter): Promise<number>
  history(resource: ResourceReference): Promise<readonly HistoryEntry[]>
  /** Live figures of the kind. */
  status(resource: ResourceReference): Promise<Readonly<Record<string, unknown>>>
  /** Newest first. */
  audit(filter?: {
    readonly kind?: string
    readonly name?: string
    readonly limit?: number
  }): Promise<readonly AuditEntry[]>
  /** For operations that change data without changing a resource: replay, resume. */
  record(entry: Omit<AuditEntry, 'at'>): Promise<void>
  /** Names for the SQL engine: every table of the catalog, declared or not, and the views; with the policies. Cached; see `tableChanged`. */
  relations(): Promise<GovernedRelations>
  /** As they hold now. */
  policies(): Promise<readonly Policy[]>
  /** Told by whoever moved a pointer of the catalog, so that `relations` sees a new schema. Returns at once. */
  tableChanged(schema: string, name: string): void
  subscribe(listener: (event: ControlEvent) => void): () => void
  /** Begins to reconcile, everything once. */
  start(): void
  /** Resolves when no resource is waiting to be reconciled for the first time since its last change: all are Active or Failed. */
  settled(): Promise<void>
  /** Lets the running step finish, begins no other. */
  stop(): Promise<void>
}
