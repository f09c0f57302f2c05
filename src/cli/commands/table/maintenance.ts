import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { formatDuration, formatSize } from '../../../kernel/units.ts'
import { type MaintenanceTask, taskPurposes, tasks } from '../../../platform/supervisor/maintenance/due-task.ts'
import type { TaskTurn } from '../../../platform/supervisor/maintenance/task-turn.ts'
import type { RecordedRun } from '../../../storage/metadata/maintenance-runs.ts'
import colors from '../../colors.ts'
import type { Command, Output } from '../../command.ts'
import { countOption } from '../../number-option.ts'
import { formatCount } from '../../output.ts'
import { type Did, maintainedText } from '../../table/maintained-text.ts'
import { tableArgument, tablePath } from '../../table/table-path.ts'
import { tableText } from '../../table-text.ts'
import { connectWeir, type WeirClient } from '../../weir-client.ts'

interface TableMaintenance {
  readonly tasks: readonly TaskTurn[]
  readonly savedBytes: number
  readonly freedBytes: number
  readonly runs: readonly (RecordedRun & { readonly remedy: string | null })[]
  readonly next: number | null
}

/** As an address and an option say them. */
const nameOf = (task: MaintenanceTask): string => task.replace(' ', '-')
const taskNames: readonly string[] = tasks.map(nameOf)

export const tableMaintenance: Command = {
  name: 'table maintenance',
  summary: 'when a table was compacted and cleaned last and is next, what the runs did, and the bytes that it saved',
  arguments: [tableArgument],
  options: [
    { flags: '--limit <count>', description: 'as many runs at most, up to 100', default: '20' },
    { flags: '--before <run>', description: 'what the page before gave as its next' },
    {
      flags: '--run <task>',
      description: `do a task now: ${tasks.map((task) => `${nameOf(task)} ${taskPurposes[task]}`).join('; ')}`,
    },
    { flags: '--dry-run', description: 'only say what the tasks would do now, or with --run what that one would' },
  ],
  examples: [
    'weir table maintenance orders',
    'weir table maintenance orders --dry-run',
    'weir table maintenance orders --run rewrite-manifests',
    'weir table maintenance orders --json',
  ],
  async run({ arguments: [table], options, output, directory }) {
    const { run: named } = options
    if (named !== undefined && !taskNames.includes(String(named)))
      throw new WeirError('WEIR-2009', `--run takes ${taskNames.join(', ')}; it is "${String(named)}"`)
    if (options['dryRun'] === true)
      return planTasks(connectWeir(directory), table!, named === undefined ? taskNames : [String(named)], output)
    if (named !== undefined) return runTask(connectWeir(directory), table!, String(named), output)
    const query = new URLSearchParams({
      limit: String(countOption('--limit', options['limit']) ?? 20),
      ...(options['before'] === undefined ? {} : { before: String(countOption('--before', options['before'])) }),
    }).toString()
    const path = `${tablePath(table!)}/maintenance?${query}`
    const found = await connectWeir(directory).call<TableMaintenance>('GET', path)
    output.answer(found, () => maintenanceText(found))
  },
}

interface Plan extends Omit<Did, 'task'> {
  readonly groups: RecordedRun['groups']
  readonly left: readonly string[]
}

async function planTasks(weir: WeirClient, table: string, names: readonly string[], output: Output): Promise<void> {
  const plans: { readonly task: string; readonly plan: Plan }[] = []
  for (const name of names)
    plans.push({
      task: name.replace('-', ' '),
      plan: await weir.call<Plan>('GET', `${tablePath(table)}/maintenance/${name}`),
    })
  output.answer(plans, () =>
    plans
      .flatMap(({ task, plan }) => [
        `${task}: ${doesNothing(plan) ? 'nothing to do' : maintainedText({ ...plan, task })}`,
        ...groupLines(plan.groups),
        ...plan.left.map((reason) => `  left: ${reason}`),
      ])
      .join('\n'),
  )
}

function doesNothing({ snapshots, files, filesAdded }: Plan): boolean {
  return snapshots + files + filesAdded === 0
}

async function runTask(weir: WeirClient, table: string, name: string, output: Output): Promise<void> {
  const run = await weir.call<TableMaintenance['runs'][number]>('POST', `${tablePath(table)}/maintenance/${name}`, {})
  if (run.error !== null) throw new WeirError('WEIR-2022', `${table}: ${run.task} was not done: ${run.error}`)
  output.answer(run, () => (doesNothing(run) ? `${run.task}: there was nothing to do` : runLines(run).join('\n')))
}

function groupLines(groups: RecordedRun['groups']): readonly string[] {
  return groups.map(
    (group) =>
      `  ${group.partition || 'the table'}: ${group.filesBefore} files of ${formatSize(group.bytesBefore)} became ${group.filesAfter} of ${formatSize(group.bytesAfter)}`,
  )
}

function maintenanceText({ tasks, savedBytes, freedBytes, runs, next }: TableMaintenance): string {
  const turns = tableText(
    [{ title: 'TASK' }, { title: 'LAST' }, { title: 'NEXT' }, { title: 'RUNS', align: 'right' }, { title: 'DID' }],
    tasks.map((turn) => [
      turn.task,
      turn.workingSince !== null ? 'at work' : turn.last === null ? 'not yet' : `${ago(turn.last.at)} ago`,
      nextText(turn.nextAt),
      formatCount(turn.totals?.runs ?? 0),
      turn.last === null ? '' : turn.last.error === null ? maintainedText(turn.last) : colors.red(turn.last.error),
    ]),
  )
  const saved = `Compaction and fewer manifests saved readers ${formatSize(savedBytes)}; ${formatSize(freedBytes)} were taken from the disk.`
  if (runs.length === 0) return `${turns}\n\n${saved}`
  const more = next === null ? [] : ['', `There are more: --before ${next}`]
  return [turns, '', saved, '', ...runs.flatMap(runLines), ...more].join('\n')
}

function runLines(run: TableMaintenance['runs'][number]): readonly string[] {
  const took = formatDuration(Math.max(0, Date.parse(run.at) - Date.parse(run.beganAt)))
  const did =
    run.error === null ? maintainedText(run) : `${colors.red(`${run.code}: ${run.error}`)} ${run.remedy ?? ''}`
  const rows = run.deletedRows > 0 ? `, ${formatCount(run.deletedRows)} deleted rows written no more` : ''
  return [
    `${run.at}  ${run.task}, ${took}: ${did.trim()}${rows}`,
    ...groupLines(run.groups),
    ...(run.groupCount > run.groups.length ? [`  and ${run.groupCount - run.groups.length} groups more`] : []),
    ...run.left.map((reason) => `  left: ${reason}`),
  ]
}

function nextText(nextAt: string | null): string {
  if (nextAt === null) return 'never by itself'
  const ms = Date.parse(nextAt) - Date.now()
  return ms <= 0 ? 'now' : `in ${formatDuration(ms)}`
}

function ago(at: string): string {
  return formatDuration(Math.max(0, Date.now() - Date.parse(at)))
}
