import colors from '../colors.ts'
import { formatDuration } from '../../kernel/units.ts'
import type { LedgerHop } from '../../platform/operations.ts'
import type { Command } from '../command.ts'
import { formatCount } from '../output.ts'
import { connectWeir } from '../weir-client.ts'

export const ledger: Command = {
  name: 'ledger',
  summary: 'show that nothing is missing: in = delivered + rejected + pending, for every delivery',
  arguments: [{ name: 'delivery', description: 'one delivery, by partition; all of them without it', required: false }],
  examples: ['weir ledger', 'weir ledger events-to-lake'],
  async run({ arguments: [wanted], output, directory }) {
    const { hops } = await connectWeir(directory).call<{ hops: readonly LedgerHop[] }>('GET', '/api/v1/ledger')
    const shown = wanted === undefined ? hops : hops.filter(({ delivery }) => delivery === wanted)
    output.answer(
      { hops: shown },
      () => shown.map((hop) => textOf(hop, wanted !== undefined)).join('\n') || 'No delivery has committed yet.',
    )
    return shown.every(({ holds }) => holds !== false) ? 0 : 4
  },
}

function textOf(hop: LedgerHop, detailed: boolean): string {
  const pending = hop.pending === null ? '?' : formatCount(hop.pending)
  const sum = `in ${formatCount(hop.in)} = delivered ${formatCount(hop.delivered)} + rejected ${formatCount(hop.rejected)} + pending ${pending}`
  const mark = hop.holds === null ? '?' : hop.holds ? colors.green('✓') : colors.red('✗ does not add up')
  const age =
    hop.lastCommitAt === null
      ? 'no commit yet'
      : `last commit ${formatDuration(Date.now() - Date.parse(hop.lastCommitAt))} ago`
  const lines = [`${hop.delivery}    ${sum}   ${mark}   ${age}`]
  if (detailed)
    for (const entry of hop.partitions)
      lines.push(
        `  partition ${entry.partition}   next offset ${entry.next}   read ${formatCount(entry.read)}   delivered ${formatCount(entry.delivered)}   rejected ${formatCount(entry.rejected)}   pending ${entry.pending ?? '?'}`,
      )
  if (hop.rejected !== '0')
    lines.push(`${formatCount(hop.rejected)} records wait in the dead letters: weir dead-letters ${hop.delivery}`)
  return lines.join('\n')
}
