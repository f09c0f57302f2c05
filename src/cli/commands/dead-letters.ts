import type { ApiLetter } from '../../platform/operations.ts'
import type { Command } from '../command.ts'
import { numberOption } from '../number-option.ts'
import { formatCount } from '../output.ts'
import { tableText } from '../table-text.ts'
import { connectWeir } from '../weir-client.ts'

export const deadLetters: Command = {
  name: 'dead-letters',
  summary: 'show the records that did not fit, with their bytes and the reason; replay them',
  arguments: [{ name: 'delivery', description: 'the name of the delivery', required: true }],
  options: [
    { flags: '--replay', description: 'try them again, after the table or the policy was changed' },
    { flags: '-n, --lines <count>', description: 'how many to show', default: '100' },
  ],
  examples: ['weir dead-letters events-to-lake', 'weir dead-letters events-to-lake --replay'],
  async run({ arguments: [delivery], options, output, directory }) {
    const weir = connectWeir(directory)
    if (options['replay'] === true) {
      const replayed = await weir.call<{ replayed: number; stillRejected: number }>(
        'POST',
        '/api/v1/dead-letters/replay',
        { delivery },
      )
      output.answer(
        replayed,
        () => `${formatCount(replayed.replayed)} replayed, ${formatCount(replayed.stillRejected)} still do not fit.`,
      )
      return
    }
    const limit = numberOption('--lines', options['lines']) ?? 100
    const path = `/api/v1/dead-letters?delivery=${encodeURIComponent(delivery!)}&limit=${limit}`
    const found = await weir.call<{ items: readonly ApiLetter[]; total: number }>('GET', path)
    output.answer(found, () => textOf(delivery!, found))
  },
}

const valueWidth = 80

function textOf(
  delivery: string,
  { items, total }: { readonly items: readonly ApiLetter[]; readonly total: number },
): string {
  if (total === 0) return `No dead letters: every record of ${delivery} fitted its table.`
  const columns = [
    { title: 'PARTITION', align: 'right' },
    { title: 'OFFSET', align: 'right' },
    { title: 'CODE' },
    { title: 'REASON' },
    { title: 'VALUE' },
  ] as const
  const rows = items.map(({ partition, offset, code, reason, value }) => [
    String(partition),
    offset,
    code,
    reason,
    shorten(value),
  ])
  const rest = total > items.length ? `\n${formatCount(total - items.length)} more: --lines ${total}` : ''
  return `${tableText(columns, rows)}${rest}\nReplay them after a change: weir dead-letters ${delivery} --replay`
}

function shorten(value: string): string {
  const line = value.replaceAll(/\s+/g, ' ')
  return line.length > valueWidth ? `${line.slice(0, valueWidth)}…` : line
}
