import type { Processes } from '../processes.ts'
import type { Counters } from './rate-watch.ts'

interface WorkerCounts {
  readonly delivery: string
  readonly recordsRead: number
  readonly pendingRecords: number
  readonly held: string | null
  readonly partitions: readonly { readonly position: string; readonly end: string }[]
}

/** What workers have counted so far, and what the log has of streams that move, by `kind/name`. A process that does not run counts nothing. */
export async function countRecords({ streams, workers }: Processes): Promise<Counters> {
  const counts = new Map<string, number>()
  const behind = new Set<string>()
  const waiting: string[] = []
  const deliveries = new Set(workers.names().map((name) => `delivery/${name}`))
  const moving = await streams.rates()
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
  const perSecond = moving && new Map([...moving].map(([name, rate]) => [`stream/${name}`, rate]))
  return { streams: perSecond, counts, behind, deliveries, waiting }
}

function isBehind({ partitions }: WorkerCounts): boolean {
  return partitions.some(({ position, end }) => BigInt(position) < BigInt(end))
}
