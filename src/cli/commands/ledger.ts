import colors from '../colors.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { formatDuration } from '../../kernel/units.ts'
import type { LedgerHop, LedgerPartition } from '../../platform/operations.ts'
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
    if (wanted !== undefined && shown.length === 0)
      throw new WeirError(
        'WEIR-2013',
        `there is no delivery "${wanted}" that runs; there are ${hops.map(({ delivery }) => delivery).join(', ') || 'none'}`,
      )
    const widest = Math.max(0, ...shown.map(({ delivery }) => delivery.length))
    output.answer(
      { hops: shown },
      () =>
        shown.map((hop) => textOf(hop, widest, wanted !== undefined)).join('\n') || 'No delivery has committed yet.',
    )
    return shown.every(({ holds }) => holds !== false) ? 0 : 4
  },
}

function textOf(hop: LedgerHop, width: number, detailed: boolean): string {
  const pending = hop.pending === null ? '?' : formatCount(hop.pending)
  const sum = `in ${formatCount(hop.in)} = delivered ${formatCount(hop.delivered)} + rejected ${formatCount(hop.rejected)} + pending ${pending}`
  // The table's adoption is a commit too, of no record.
  const age =
    hop.lastCommitAt === null || (hop.delivered === '0' && hop.rejected === '0')
      ? 'no record committed yet'
      : `last commit ${formatDuration(Math.max(0, Date.now() - Date.parse(hop.lastCommitAt)))} ago`
  const lines = [
    `${hop.delivery.padEnd(width)}    ${sum}   ${markOf(hop)}   ${age}`,
    ...appliedLines(hop),
    ...gapLines(hop),
  ]
  if (detailed)
    for (const entry of hop.partitions)
      lines.push(
        `  ${hop.from} partition ${entry.partition}${topicIdOf(hop, entry)}   next offset ${entry.next}   read ${formatCount(entry.read)}   delivered ${formatCount(entry.delivered)}   rejected ${formatCount(entry.rejected)}   pending ${entry.pending ?? '?'}`,
      )
  if (hop.rejected !== '0')
    lines.push(`${formatCount(hop.rejected)} records wait in the dead letters: weir dead-letters ${hop.delivery}`)
  return lines.join('\n')
}

function markOf({ holds, isAsCommitted, delivery }: LedgerHop): string {
  if (!isAsCommitted)
    return colors.red(
      `✗ the table was rolled back, so it has not what is counted here: weir delivery resume ${delivery}`,
    )
  if (holds === null) return '?'
  return holds ? colors.green('✓') : colors.red('✗ does not add up')
}

/** Of a table with a key, whose rows are fewer than the records. */
function appliedLines({ partitions }: LedgerHop): readonly string[] {
  const applied = partitions.flatMap((partition) => partition.applied ?? [])
  if (applied.length === 0) return []
  const sum = (of: (one: (typeof applied)[number]) => string): string =>
    formatCount(String(applied.reduce((total, one) => total + BigInt(of(one)), 0n)))
  const [upserts, deletes] = [sum((one) => one.upserts), sum((one) => one.deletes)]
  return [`  delivered = upserts ${upserts} + deletes ${deletes} + superseded ${sum((one) => one.superseded)}`]
}

/** Offsets that the equation does not count: what was lost before it was read, what an operator skipped, what a restore passed over. */
function gapLines({ partitions, delivery }: LedgerHop): readonly string[] {
  return (['lost', 'skipped', 'restored'] as const).flatMap((kind) => {
    const where = partitions.flatMap(({ partition, gaps }) =>
      gaps
        .filter((gap) => gap.kind === kind)
        .map(({ from, to }) => `partition ${partition}: ${from} to ${BigInt(to) - 1n}`),
    )
    if (where.length === 0) return []
    return [colors.yellow(`${gapWords(kind, partitions)}, of ${delivery}: ${where.join(', ')}`)]
  })
}

function gapWords(kind: LedgerPartition['gaps'][number]['kind'], partitions: readonly LedgerPartition[]): string {
  if (kind === 'restored')
    return 'offsets passed over by a restore; what had been acknowledged there is gone, if anything was'
  const count = partitions.reduce((sum, partition) => sum + BigInt(partition[kind]), 0n)
  return `${formatCount(count)} offsets ${kind}`
}

/** Only where the stream was made again: its topics have the same name. */
function topicIdOf({ partitions }: LedgerHop, { source }: LedgerPartition): string {
  return partitions.some((other) => other.source !== source) ? ` (topic id ${source})` : ''
}
