import type { ResetPlan } from '../../../stream/groups/plan-reset.ts'
import type { Command } from '../../command.ts'
import { formatCount } from '../../output.ts'
import { countOrDash } from '../../stream/group-text.ts'
import { resetOptions, resetTarget, scopeOption } from '../../stream/reset-option.ts'
import { kafkaOptions, withKafka } from '../../stream/with-kafka.ts'
import { tableText } from '../../table-text.ts'

export const streamResetGroup: Command = {
  name: 'stream reset-group',
  summary: 'move a consumer group to other offsets: shows what it would do, and does it with --execute',
  arguments: [{ name: 'group', description: 'the group, without members at the moment', required: true }],
  options: [
    {
      flags: '--stream <name>',
      description: 'only in this stream, or in some of its partitions: orders:0,2; all that it committed in without it',
      repeatable: true,
    },
    ...resetOptions,
    { flags: '--execute', description: 'do it; without it nothing is changed' },
    ...kafkaOptions,
  ],
  examples: [
    'weir stream reset-group billing --to-earliest',
    'weir stream reset-group billing --stream orders --to-datetime "2026-01-05T10:00:00Z" --execute',
    'weir stream reset-group billing --shift-by -100 --execute',
  ],
  run: async (call) => {
    const target = resetTarget(call.options)
    const scope = scopeOption(call.lists['stream'] ?? [])
    return withKafka(call, async (client) => {
      const { executeReset, planReset } = await import('../../../stream/groups/plan-reset.ts')
      const plan = await planReset(client, call.arguments[0]!, target, scope)
      const execute = call.options['execute'] === true
      if (execute) await executeReset(client, plan)
      call.output.answer({ ...plan, executed: execute }, () => textOf(plan, execute))
    })
  },
}

function textOf({ group, state, members, steps }: ResetPlan, executed: boolean): string {
  const columns = [
    { title: 'STREAM' },
    { title: 'PARTITION', align: 'right' },
    { title: 'FROM', align: 'right' },
    { title: 'TO', align: 'right' },
    { title: 'CHANGE' },
  ] as const
  const rows = steps.map(({ topic, partition, from, to }) => [
    topic,
    String(partition),
    countOrDash(from),
    formatCount(to),
    changeOf(from, to),
  ])
  const next = executed
    ? `${group} goes on there when it starts.`
    : members > 0
      ? `Nothing is changed. ${group} is ${state}: stop its ${members} ${members === 1 ? 'consumer' : 'consumers'}, then use --execute.`
      : 'Nothing is changed: do it with --execute.'
  return `${tableText(columns, rows)}\n\n${next}`
}

function changeOf(from: number | null, to: number): string {
  if (from === null) return 'set'
  if (from === to) return 'stays'
  return from > to ? `reads ${formatCount(from - to)} again` : `leaves out ${formatCount(to - from)}`
}
