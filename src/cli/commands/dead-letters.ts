import type { ApiLetter, LedgerHop } from '../../platform/operations.ts'
import type { Command, CommandCall } from '../command.ts'
import { countOption, numberOption } from '../number-option.ts'
import { formatCount } from '../output.ts'
import { tableText } from '../table-text.ts'
import { connectWeir, type WeirClient } from '../weir-client.ts'

export const deadLetters: Command = {
  name: 'dead-letters',
  summary: 'show the records that did not fit, with their bytes and the reason; replay them',
  arguments: [{ name: 'delivery', description: 'the name of the delivery', required: true }],
  options: [
    { flags: '--replay', description: 'try them again, after the table or the policy was changed' },
    { flags: '--code <code>', description: 'only those rejected with this code: WEIR-5003' },
    { flags: '--reason <text>', description: 'only those with this in their reason' },
    { flags: '--partition <number>', description: 'only those of this partition' },
    { flags: '-n, --lines <count>', description: 'how many to show', default: '100' },
  ],
  examples: [
    'weir dead-letters events-to-lake',
    'weir dead-letters events-to-lake --replay',
    'weir dead-letters events-to-lake --code WEIR-5003 --replay',
  ],
  async run({ arguments: [delivery], options, output, directory }) {
    const weir = connectWeir(directory)
    const chosen = choiceOf(options)
    if (options['replay'] === true) {
      const replayed = await weir.call<{ replayed: number; stillRejected: number }>(
        'POST',
        '/api/v1/dead-letters/replay',
        { delivery, ...chosen },
      )
      output.answer(
        replayed,
        () => `${formatCount(replayed.replayed)} replayed, ${formatCount(replayed.stillRejected)} still do not fit.`,
      )
      return
    }
    const limit = countOption('--lines', options['lines']) ?? 100
    const found = await readLetters(weir, { delivery: delivery!, ...chosen }, limit)
    const pending = output.json ? '0' : await readPending(weir, delivery!)
    output.answer(
      found,
      () => textOf(delivery!, found, Object.keys(chosen).length > 0) + pendingText(delivery!, pending),
    )
  },
}

interface Choice {
  readonly code?: string
  readonly reason?: string
  readonly partition?: number
}

function choiceOf(options: CommandCall['options']): Choice {
  const partition = numberOption('--partition', options['partition'])
  const { code, reason } = options
  return {
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(partition === undefined ? {} : { partition }),
  }
}

interface Found {
  readonly items: readonly ApiLetter[]
  readonly total: number
  /** Whether there are more than were asked for. */
  readonly more: boolean
}

const pageMax = 10_000

async function readLetters(weir: WeirClient, wanted: Choice & { delivery: string }, limit: number): Promise<Found> {
  const items: ApiLetter[] = []
  const query = new URLSearchParams(
    Object.fromEntries(Object.entries(wanted).map(([key, value]) => [key, String(value)])),
  )
  for (;;) {
    query.set('limit', String(Math.min(pageMax, limit - items.length)))
    const page = await weir.call<{ items: readonly ApiLetter[]; total: number; next: string | null }>(
      'GET',
      `/api/v1/dead-letters?${query.toString()}`,
    )
    items.push(...page.items)
    if (page.next === null || items.length >= limit) return { items, total: page.total, more: page.next !== null }
    query.set('after', page.next)
  }
}

/** How many records are read and not committed: letters are written with the commit. */
async function readPending(weir: WeirClient, delivery: string): Promise<string> {
  const { hops } = await weir.call<{ hops: readonly LedgerHop[] }>('GET', '/api/v1/ledger')
  return hops.find((hop) => hop.delivery === delivery)?.pending ?? '0'
}

function pendingText(delivery: string, pending: string): string {
  if (pending === '0') return ''
  return `\n${formatCount(pending)} records are not committed yet; those that do not fit come here when they are: weir delivery flush ${delivery}`
}

const valueWidth = 80

function textOf(delivery: string, { items, total, more }: Found, isChosen: boolean): string {
  if (total === 0) return `No dead letters: every record that ${delivery} has committed fitted its table.`
  if (items.length === 0) return `None of the ${formatCount(total)} dead letters of ${delivery} is like that.`
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
  const others = isChosen ? 'There are more' : `${formatCount(total - items.length)} more`
  const rest = more ? `\n${others}: --lines ${total}` : ''
  return `${tableText(columns, rows)}${rest}\nReplay them after a change: weir dead-letters ${delivery} --replay`
}

function shorten(value: string): string {
  const line = value.replaceAll(/\s+/g, ' ')
  return line.length > valueWidth ? `${line.slice(0, valueWidth)}…` : line
}
