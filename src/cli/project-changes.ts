import colors from './colors.ts'
import type { PlannedChange } from '../platform/control/control-plane.ts'
import { loadProject } from '../platform/project/load-project.ts'
import { connectWeir } from './weir-client.ts'

interface Changes {
  readonly changes: readonly PlannedChange[]
}

/** The difference between the project file and what runs. */
export async function planProject(directory: string, environment: string | boolean | undefined): Promise<Changes> {
  const weir = connectWeir(directory)
  return weir.call<Changes>('POST', '/api/v1/plan', await projectOf(directory, environment))
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
  if (allowDestructive) {
    const { changes } = await weir.call<Changes>('POST', '/api/v1/plan', project)
    const destructive = changes.filter(({ destroys }) => destroys.length > 0)
    if (destructive.length > 0 && !(await confirm(planText(destructive)))) return { changes: [] }
  }
  return weir.call<Changes>('POST', `/api/v1/apply?allowDestructive=${allowDestructive}`, project)
}

function projectOf(directory: string, environment: string | boolean | undefined): ReturnType<typeof loadProject> {
  return loadProject(directory, typeof environment === 'string' ? { environment } : {})
}

const signs = { create: colors.green('+'), update: colors.yellow('~'), delete: colors.red('-') } as const

/** A line for each change, as a plan is read. */
export function planText(changes: readonly PlannedChange[], when: 'before' | 'done' = 'before'): string {
  if (changes.length === 0) return 'Nothing to change: what runs is what the project declares.'
  const lines = changes.flatMap(({ action, kind, name, lines: [first = '', ...rest], destroys }) => {
    const lost = destroys.length > 0 ? colors.red(`  destroys: ${destroys.join(', ')}`) : ''
    const head = `  ${signs[action]} ${kind.padEnd(9)} ${name.padEnd(20)} ${first}${lost}`.trimEnd()
    return [head, ...rest.map((line) => `${' '.repeat(35)}${line}`)]
  })
  return when === 'done' ? lines.join('\n') : `${lines.join('\n')}\n  Apply with \`weir apply\`.`
}
