import { resolve } from 'node:path'
import colors from './colors.ts'
import type { PlannedChange } from '../platform/control/control-plane.ts'
import { dataDirectoryOf } from '../platform/project/data-place.ts'
import { loadProject } from '../platform/project/load-project.ts'
import { readEndpoints } from '../platform/supervisor/endpoints.ts'
import { connectWeir } from './weir-client.ts'

interface Changes {
  readonly changes: readonly PlannedChange[]
  /** Which settings of the project do nothing, and why. */
  readonly notices: readonly string[]
}

type Answered = Pick<Changes, 'changes'>

/** The difference between the project file and what runs; or, where nothing does, what was left. */
export async function planProject(
  directory: string,
  environment: string | boolean | undefined,
): Promise<Changes & { readonly against: 'running' | 'stopped' }> {
  const project = await projectOf(directory, environment)
  const dataDirectory = dataDirectoryOf(directory)
  if (readEndpoints(dataDirectory) === undefined) {
    const { planStopped } = await import('../platform/supervisor/plan-stopped.ts')
    const place = process.env['WEIR_DATA'] ?? resolve(directory, project.settings.dataDirectory ?? '.weir')
    const { changes } = await planStopped(project, place, directory)
    return { changes, notices: project.notices, against: 'stopped' }
  }
  const { changes } = await connectWeir(directory).call<Answered>('POST', '/api/v1/plan', project)
  return { changes, notices: project.notices, against: 'running' }
}

export interface ApplyOptions {
  readonly allowDestructive: boolean
  /** Asked before anything is destroyed; false ends it. */
  readonly confirm: (text: string) => Promise<boolean>
}

/** Makes the difference so; nothing is changed when the plan destroys data and that is not allowed. */
export async function applyProject(
  directory: string,
  environment: string | boolean | undefined,
  { allowDestructive, confirm }: ApplyOptions,
): Promise<Changes> {
  const weir = connectWeir(directory)
  const project = await projectOf(directory, environment)
  const { notices } = project
  if (allowDestructive) {
    const { changes } = await weir.call<Answered>('POST', '/api/v1/plan', project)
    const destructive = changes.filter(({ destroys }) => destroys.length > 0)
    if (destructive.length > 0 && !(await confirm(planText(destructive)))) return { changes: [], notices }
  }
  const way = `/api/v1/apply?allowDestructive=${allowDestructive}` as const
  const { changes } = await weir.call<Answered>('POST', way, project)
  return { changes, notices }
}

function projectOf(directory: string, environment: string | boolean | undefined): ReturnType<typeof loadProject> {
  return loadProject(directory, typeof environment === 'string' ? { environment } : {})
}

const signs = { create: colors.green('+'), update: colors.yellow('~'), delete: colors.red('-') } as const

const nextStep = {
  running: ['  Apply with `weir apply`.'],
  stopped: [
    '  Weir is not running: the next `weir up` makes it so, but for what destroys data, which `weir apply` does.',
  ],
  done: [],
} as const

/** A line for each change, as a plan is read. */
export function planText(changes: readonly PlannedChange[], when: 'stopped' | 'running' | 'done' = 'running'): string {
  if (changes.length === 0)
    return `Nothing to change: what ${when === 'stopped' ? 'ran' : 'runs'} is what the project declares.`
  const lines = changes.flatMap(({ action, kind, name, lines: [first = '', ...rest], destroys }) => {
    const lost = destroys.length > 0 ? colors.red(`  destroys: ${destroys.join(', ')}`) : ''
    const head = `  ${signs[action]} ${kind.padEnd(9)} ${name.padEnd(20)} ${first}${lost}`.trimEnd()
    return [head, ...rest.map((line) => `${' '.repeat(35)}${line}`)]
  })
  return [...lines, ...nextStep[when]].join('\n')
}
