import type { GroupLag } from '../../stream/groups/group-lag.ts'
import type { ResetPlan, ResetScope, ResetTarget } from '../../stream/groups/plan-reset.ts'

export interface GroupsRequest {
  readonly prefix?: string | undefined
  readonly state?: string | undefined
  /** Only groups that read it, with what they have of it alone. */
  readonly stream?: string | undefined
  /** Names after this one. */
  readonly after?: string | undefined
  readonly limit: number
}

export interface GroupsPage {
  readonly items: readonly GroupLag[]
  readonly next: string | null
  /** All that the prefix and the state let through. */
  readonly total: number
}

/** How far behind a group was; oldest first. */
export interface GroupHistory {
  /** ISO 8601, of the last value. */
  readonly at: string
  readonly everyMs: number
  readonly lag: readonly (number | null)[]
}

/** Consumer groups. WEIR-3121 when there is none of the name, WEIR-3122 for what is refused while it has members. */
export interface GroupOperations {
  page(request: GroupsRequest): Promise<GroupsPage>
  describe(group: string): Promise<GroupLag>
  /** null where nobody watches it: another Kafka's, or one of too many. */
  history(group: string): Promise<GroupHistory | null>
  /** Nothing is changed without `execute`. */
  reset(group: string, target: ResetTarget, scope: readonly ResetScope[], execute: boolean): Promise<ResetPlan>
  /** In how many partitions it had committed. */
  delete(group: string): Promise<number>
  /** How many partitions it has forgotten. */
  deleteOffsets(group: string, stream: string): Promise<number>
}
