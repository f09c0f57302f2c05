import colors from '../colors.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { formatDuration, formatSize } from '../../kernel/units.ts'
import type { ApiResource } from '../api-types.ts'
import type { Command } from '../command.ts'
import type { StoredMaintenanceRun } from '../../storage/metadata/maintenance-runs.ts'
import { listResources } from '../resources.ts'
import { maintainedText } from '../table/maintained-text.ts'
import { tableText } from '../table-text.ts'
import { connectWeir } from '../weir-client.ts'

interface ProcessStatus {
  readonly name: string
  readonly state: string
  readonly pid: number | null
  readonly restarts: number
  readonly reason: string | null
}

interface Copies {
  readonly process: string
  readonly of: 'objects' | 'rows'
  readonly files: number
  readonly hits: number
  readonly misses: number
  readonly bytes: number
  readonly bytesMax: number
}

interface Status {
  readonly copies: readonly Copies[]
  readonly maintenance: readonly StoredMaintenanceRun[]
  readonly processes: readonly ProcessStatus[]
  readonly warnings: readonly string[]
  readonly counted: readonly string[]
  readonly rates: Readonly<Record<string, { readonly perSecond: number; readonly lagMs?: number | null }>>
}

export const status: Command = {
  name: 'status',
  summary: 'show every resource with its state, rate and lag, and every process',
  examples: ['weir status', 'weir status --json'],
  async run({ output, directory }) {
    const weir = connectWeir(directory)
    const [resources, found] = await Promise.all([
      listResources(weir).catch(unlessGone),
      weir.call<Status>('GET', '/api/v1/status'),
    ])
    // Processes are known without the metadata database: a look at them helps most when it does not answer.
    output.answer({ resources: resources ?? [], ...found }, () => textOf(resources ?? [], found))
    return resources ? 0 : 1
  },
}

/** Undefined where Weir answers that its metadata cannot be read; the warnings of its status say why. */
function unlessGone(error: unknown): undefined {
  if (!(error instanceof WeirError) || error.kind === 'not-found' || error.kind === 'unauthorized') throw error
}

function textOf(
  resources: readonly ApiResource[],
  { processes, copies, warnings, counted, rates, maintenance }: Status,
): string {
  const columns = [
    { title: 'KIND' },
    { title: 'NAME' },
    { title: 'STATE' },
    { title: 'RATE', align: 'right' },
    { title: 'LAG', align: 'right' },
    { title: 'SINCE', align: 'right' },
  ] as const
  const rows = resources.map((resource) => {
    // Streams that stand still are left out where the others are known.
    const still = counted.includes(resource.kind) ? { perSecond: 0, lagMs: null } : undefined
    const rate = rates[`${resource.kind}/${resource.name}`] ?? still
    return [
      resource.kind,
      resource.name,
      stateOf(resource.state),
      rate === undefined ? '-' : `${Math.round(rate.perSecond).toLocaleString('en-US')}/s`,
      rate?.lagMs == null ? '-' : formatDuration(rate.lagMs),
      formatDuration(Math.max(0, Date.now() - Date.parse(resource.updatedAt))),
    ]
  })
  const reasons = resources.flatMap(({ kind, name, reason }) => (reason ? [`${kind} ${name}: ${reason}`] : []))
  const children = processes.map(({ name, state, pid, restarts, reason }) => [
    name,
    stateOf(state),
    pid === null ? '-' : String(pid),
    String(restarts),
    reason ?? '',
  ])
  const processTable = tableText(
    [
      { title: 'PROCESS' },
      { title: 'STATE' },
      { title: 'PID', align: 'right' },
      { title: 'RESTARTS', align: 'right' },
      { title: 'REASON' },
    ],
    children,
  )
  return [
    tableText(columns, rows),
    ...reasons,
    '',
    processTable,
    ...copiesLines(copies),
    ...maintenanceLines(maintenance),
    ...warnings.map((text) => colors.yellow(text)),
  ].join('\n')
}

function copiesLines(copies: readonly Copies[]): readonly string[] {
  if (copies.length === 0) return []
  const rows = copies.map(({ process, of, files, hits, misses, bytes, bytesMax }) => [
    of === 'rows' ? `${process}, rows in Avro` : process,
    String(files),
    `${formatSize(bytes)} of ${formatSize(bytesMax)}`,
    hits + misses === 0 ? '-' : `${Math.round((hits / (hits + misses)) * 100)} %`,
  ])
  return [
    '',
    tableText(
      [
        { title: 'COPIES OF' },
        { title: 'FILES', align: 'right' },
        { title: 'SIZE', align: 'right' },
        { title: 'FOUND', align: 'right' },
      ],
      rows,
    ),
  ]
}

function maintenanceLines(runs: readonly StoredMaintenanceRun[]): readonly string[] {
  if (runs.length === 0) return []
  const rows = runs.map((run) => [
    run.table,
    run.task,
    formatDuration(Math.max(0, Date.now() - Date.parse(run.at))),
    run.error === null ? maintainedText(run) : colors.red(run.error),
  ])
  return ['', tableText([{ title: 'TABLE' }, { title: 'MAINTENANCE' }, { title: 'AGO' }, { title: 'REMOVED' }], rows)]
}

function stateOf(state: string): string {
  if (state === 'Active' || state === 'ready') return colors.green(state)
  return state === 'Failed' || state === 'failed' ? colors.red(state) : colors.yellow(state)
}
