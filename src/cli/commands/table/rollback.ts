import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { RollbackPlan } from '../../../platform/operations.ts'
import type { Command } from '../../command.ts'
import { formatCount } from '../../output.ts'
import { tableArgument, tablePath } from '../../table/table-path.ts'
import { connectWeir } from '../../weir-client.ts'

type Plan = RollbackPlan & { readonly deliveries: readonly string[] }

export const tableRollback: Command = {
  name: 'table rollback',
  summary: 'make an earlier snapshot of a table current; deliveries into it stop and ask what becomes of the rows',
  arguments: [tableArgument, { name: 'to', description: 'a snapshot, a branch or tag, or a time', required: true }],
  options: [
    { flags: '--dry-run', description: 'only say what it would do' },
    { flags: '--yes', description: 'do not ask' },
  ],
  examples: ['weir table rollback orders audit-2026 --dry-run', 'weir table rollback orders 4821705518422 --yes'],
  async run({ arguments: [table, to], options, output, directory }) {
    const weir = connectWeir(directory)
    const path = `${tablePath(table!)}/rollback`
    const plan = await weir.call<Plan>('GET', `${path}?${new URLSearchParams({ to: to! }).toString()}`)
    if (options['dryRun'] === true) return output.answer(plan, () => planText(table!, plan))
    if (options['yes'] !== true && !(await confirmed(planText(table!, plan)))) return
    // The snapshot and not the name of it: what was shown is what is done.
    const done = await weir.call<Plan>('POST', path, { to: plan.to.snapshot, from: plan.from.snapshot })
    output.answer(done, () => [`${table} is at snapshot ${done.to.snapshot} again.`, ...questions(done)].join('\n'))
  },
}

function planText(table: string, plan: Plan): string {
  const { from, to, undone } = plan
  const end = ({ snapshot, at, rows }: RollbackPlan['from']) =>
    `${snapshot} of ${new Date(at).toISOString()}${rows === null ? '' : `, ${formatCount(String(rows))} rows`}`
  if (from.snapshot === to.snapshot) return `${table} is at snapshot ${end(to)} already.`
  return [
    `${table} goes from snapshot ${end(from)}`,
    `${' '.repeat(table.length)}   to snapshot ${end(to)}`,
    `The changes of ${undone.length} ${undone.length === 1 ? 'snapshot' : 'snapshots'} go. They stay readable by id, and the way forward is the same command, until they expire.`,
    ...questions(plan),
  ].join('\n')
}

function questions({ deliveries }: Plan): readonly string[] {
  return deliveries.map(
    (name) => `${name} stops and asks: weir delivery resume ${name} --deliver-again, or --go-on without those rows.`,
  )
}

async function confirmed(text: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new WeirError('WEIR-2009', `rows go from the table, and nobody is there to ask. Use --yes\n${text}`)
  const { confirm } = await import('@clack/prompts')
  return (await confirm({ message: `${text}\nGo on?`, initialValue: false })) === true
}
