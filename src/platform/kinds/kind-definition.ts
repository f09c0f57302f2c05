import type { z } from 'zod'
import type { Policy } from '../../access/policy.ts'
import type { Relations, TableRelation, ViewRelation } from '../../sql/engine-host.ts'
import type { NameRule } from './check-name.ts'
import type { ReconcileServices } from './reconcile-services.ts'
import type { DesiredResource, Resource, ResourceReference } from './resource.ts'

/** One line of a plan about a resource that changes. */
export interface SpecChange {
  /** What happens, as a person says it: `add column items list<string>`. */
  readonly text: string
  /** What is lost, or null: such a step needs `--allow-destructive`. */
  readonly destroys: string | null
}

/** What else is declared, for checks that look beyond one resource. */
export interface PlanContext {
  readonly desired: readonly DesiredResource[]
  readonly services: ReconcileServices
  /** The catalog's tables and views as they will be. */
  readonly relations: () => Promise<Relations>
}

/** Other resources as they are now. */
export type FindResource = (reference: ResourceReference) => Promise<Resource | undefined>

/**
 * Everything that Weir knows of a kind. The control plane derives the define function's checks, REST, plan, OpenAPI and
 * reference docs from it; nothing outside its folder is written for one kind alone.
 *
 * `reconcile` makes the world what the spec says. It may run any number of times, also after it was interrupted, and
 * resolves only when it is so; an error makes the resource `Failed` with its message, and is tried again if retryable.
 * `remove` undoes it and succeeds when there is nothing to undo.
 */
export interface KindDefinition<Spec = unknown> {
  /** Lower case, singular: `stream`. */
  readonly kind: string
  readonly plural: string
  /** One sentence for help and docs. */
  readonly summary: string
  /** How a project declares one, with other resources as the variables `orders`, a stream, and `ordersTable`. */
  readonly example: string
  /** What its names look like; a generous rule without it. */
  readonly nameRule?: NameRule
  /** Each field with default, unit and description by `.describe` or `.meta`; references by `reference(kind)`. */
  readonly schema: z.ZodType<Spec>
  /** What it uses beyond the fields made by `reference()`. */
  references?(spec: Spec, desired: readonly DesiredResource[]): readonly ResourceReference[]
  /** What it is to the SQL engine. */
  relation?(resource: DesiredResource<Spec>): { readonly table: TableRelation } | { readonly view: ViewRelation }
  /** What it says of who may do what. */
  policy?(resource: DesiredResource<Spec>): Policy
  /** What the schema cannot see. Throws WEIR-1xxx, or an error of the engine that was asked. */
  check?(resource: DesiredResource<Spec>, context: PlanContext): Promise<void>
  /** A few words for the plan: `4 partitions, kept 7 days`. */
  describe(spec: Spec): string
  /** The difference, one line each; throws WEIR-7005 when it cannot be made in place. */
  changes(before: Spec, after: Spec): readonly SpecChange[]
  /** What is lost when the resource goes, or null. */
  destroyedByRemoval(resource: Resource<Spec>): string | null
  reconcile(resource: Resource<Spec>, services: ReconcileServices, find: FindResource): Promise<void>
  remove(resource: Resource<Spec>, services: ReconcileServices): Promise<void>
  /** Live figures, JSON-safe; counts as decimal text. */
  status(resource: Resource<Spec>, services: ReconcileServices): Promise<Readonly<Record<string, unknown>>>
  /** What there is although nobody declared it: topics that a Kafka client made. Becomes resources of origin `client`. */
  discover?(services: ReconcileServices): Promise<readonly { readonly name: string; readonly spec: Spec }[]>
  /** Whether somebody else took away what was made for it, and it has to be made anew. Cheap, asked every few seconds. */
  isGone?(resource: Resource<Spec>, services: ReconcileServices): Promise<boolean>
  /** What is wrong with it now although it was reconciled; null when all is well. Cheap, asked every few seconds. */
  trouble?(resource: Resource<Spec>, services: ReconcileServices): Promise<string | null>
}
