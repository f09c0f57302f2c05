import type { Processes } from '../processes.ts'
import type { Counters } from './rate-watch.ts'

interface LogCounts {
  readonly topics: readonly { readonly name: string; readonly partitions: readonly { readonly endOffset: number }[] }[]
}

interface WorkerCounts {
  readonly delivery: string
  readonly recordsRead: number
  readonly pendingRecords: number
  readonly held: string | null
  readonly partitions: readonly { readonly position: string; readonly end: string }[]
}

/** What log and workers have counted so far, by `kind/name`. A process that does not run counts nothing. */
export async function countRecords({ log, workers }: Processes): Promise<Counters> {
  const counts = new Map<string, number>()
  const behind = new Set<string>()
  const waiting: string[] = []
  const deliveries = new Set(workers.names().map((name) => `delivery/${name}`))
  const status = (await log.channel?.call('status', null)) as LogCounts | undefined
  for (const { name, partitions } of status?.topics ?? [])
    counts.set(
      `stream/${name}`,
      partitions.reduce((sum, { endOffset }) => sum + endOffset, 0),
    )
  for (const name of workers.names()) {
    const key = `delivery/${name}`
    const states = (await workers.status(name)) as unknown as readonly WorkerCounts[]
    counts.set(
      key,
      states.reduce((sum, { recordsRead }) => sum + recordsRead, 0),
    )
    if (states.some(isBehind)) behind.add(key)
    const held = states.map((state) => state.held).find(Boolean)
    if (held) waiting.push(`delivery ${name} ${held}`)
  }
  return { counts, behind, deliveries, waiting }
}

function isBehind({ partitions }: WorkerCounts): boolean {
  return partitions.some(({ position, end }) => BigInt(position) < BigInt(end))
}
