import type { ControlPlane, PlannedChange } from '../control/control-plane.ts'
import type { DesiredResource } from '../kinds/resource.ts'
import type { Project } from '../project/project.ts'

export interface AppliedAtStart {
  readonly applied: readonly PlannedChange[]
  /** Destroy data: only `weir apply --allow-destructive` makes them. */
  readonly left: readonly PlannedChange[]
}

/** Applies all of a project but what destroys data: that is left as it runs. */
export async function applyWithoutDestruction(
  control: ControlPlane,
  project: Project,
  actor: string,
): Promise<AppliedAtStart> {
  const plan = await control.plan(project)
  const left = plan.changes.filter(({ destroys }) => destroys.length > 0)
  if (plan.changes.length === 0) return { applied: [], left }
  const kept = await Promise.all(left.map((change) => asItRuns(control, change)))
  const keys = new Set(left.map(({ kind, name }) => `${kind}/${name}`))
  const resources = [...project.resources.filter(({ kind, name }) => !keys.has(`${kind}/${name}`)), ...kept]
  const { changes } = await control.apply({ ...project, resources }, { actor })
  return { applied: changes, left }
}

async function asItRuns(control: ControlPlane, { kind, name }: PlannedChange): Promise<DesiredResource> {
  const { spec, tags } = await control.get({ kind, name })
  return { kind, name, spec, tags }
}

export function noticesOf({ left }: AppliedAtStart): readonly string[] {
  return left.map(
    ({ action, kind, name, destroys }) =>
      `not applied: ${action} ${kind} ${name}, it destroys ${destroys.join(', ')}. See weir plan; weir apply --allow-destructive makes it so`,
  )
}

/** Waits for what was applied to run, within reason: what is Failed or slow says so in weir status. */
export async function settleWithin(control: ControlPlane, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))
  await Promise.race([control.settled(), patience]).finally(() => clearTimeout(timer))
}
