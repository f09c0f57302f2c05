import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { ControlPlane, Plan, PlannedChange } from '../control/control-plane.ts'
import { resourceKey, type DesiredResource, type ResourceReference } from '../kinds/resource.ts'
import type { Project } from '../project/project.ts'

export interface AppliedAtStart {
  readonly applied: readonly PlannedChange[]
  /** Destroy data: only `weir apply --allow-destructive` makes them. */
  readonly left: readonly PlannedChange[]
  /** Cannot be as they are declared: those that there are run on as they do, and so does everything when `resource` is absent. */
  readonly refused: readonly { readonly resource?: ResourceReference; readonly error: WeirError }[]
}

/**
 * Applies all of a project but what destroys data and what cannot be: that is left as it runs, for one resource must not
 * keep all others from starting. A project of which nothing runs yet is refused as a whole: its author is looking.
 */
export async function applyWithoutDestruction(
  control: ControlPlane,
  project: Project,
  actor: string,
): Promise<AppliedAtStart> {
  const refused: { resource: ResourceReference; error: WeirError }[] = []
  let possible = project.resources
  for (;;)
    try {
      const made = await applyHarmless(control, { ...project, resources: possible }, actor)
      return { ...made, refused }
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      const resource = error.details['resource'] as ResourceReference | undefined
      const kept = resource && !isAmong(refused, resource) ? await asItRuns(control, resource) : undefined
      if (resource && kept) {
        refused.push({ resource, error })
        possible = possible.map((each) => (resourceKey(each) === resourceKey(kept) ? kept : each))
        continue
      }
      if (!(await hasRun(control))) throw error
      return { applied: [], left: [], refused: [{ error }] }
    }
}

async function applyHarmless(
  control: ControlPlane,
  project: Project,
  actor: string,
): Promise<Omit<AppliedAtStart, 'refused'>> {
  const plan: Plan = await control.plan(project)
  const left = plan.changes.filter(({ destroys }) => destroys.length > 0)
  if (plan.changes.length === 0) return { applied: [], left }
  const kept = (await Promise.all(left.map((change) => asItRuns(control, change)))).filter((each) => each !== undefined)
  const keys = new Set(left.map(resourceKey))
  const resources = [...project.resources.filter((each) => !keys.has(resourceKey(each))), ...kept]
  const { changes } = await control.apply({ ...project, resources }, { actor })
  return { applied: changes, left }
}

/** Undefined when there is none. */
async function asItRuns(control: ControlPlane, reference: ResourceReference): Promise<DesiredResource | undefined> {
  try {
    const { kind, name, spec, tags } = await control.get(reference)
    return { kind, name, spec, tags }
  } catch (error) {
    if (error instanceof WeirError && error.code === 'WEIR-7001') return undefined
    throw error
  }
}

async function hasRun(control: ControlPlane): Promise<boolean> {
  return (await control.list({ limit: 1000 })).items.some(({ origin }) => origin === 'project')
}

function isAmong(refused: readonly { readonly resource: ResourceReference }[], resource: ResourceReference): boolean {
  return refused.some((each) => resourceKey(each.resource) === resourceKey(resource))
}

export function noticesOf({ left, refused }: AppliedAtStart): readonly string[] {
  return [
    ...left.map(
      ({ action, kind, name, destroys }) =>
        `not applied: ${action} ${kind} ${name}, it destroys ${destroys.join(', ')}. See weir plan; weir apply --allow-destructive makes it so`,
    ),
    ...refused.map(({ resource, error: { at, message, code } }) => {
      const what = resource === undefined ? 'the project' : `${resource.kind} ${resource.name}`
      const runs = resource === undefined ? 'What ran before runs on' : 'It runs on as it was'
      return `${at === undefined ? '' : `${at}  `}not applied: ${what}. ${message}. ${runs}  [${code}]`
    }),
  ]
}

/** What does not run as it is declared, for who looks at the start. */
export async function troublesAtStart(control: ControlPlane): Promise<readonly string[]> {
  const pages = await Promise.all(
    (['Failed', 'Creating'] as const).map((state) => control.list({ state, limit: 1000 })),
  )
  return pages
    .flatMap(({ items }) => items)
    .map(({ kind, name, state, reason }) => `${kind} ${name} is ${state}: ${reason ?? 'see weir status'}`)
}

/** Waits for what was applied to run, within reason: what is Failed or slow says so in weir status. */
export async function settleWithin(control: ControlPlane, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))
  await Promise.race([control.settled(), patience]).finally(() => clearTimeout(timer))
}
