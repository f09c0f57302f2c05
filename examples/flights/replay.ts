import { setTimeout as pause } from 'node:timers/promises'
import type { VerifyJob } from '../../src/cli/api-types.ts'
import type { LedgerHop } from '../../src/platform/operations.ts'
import { runSql } from '../../src/cli/sql-session.ts'
import { connectApi, type WeirClient } from '../../src/cli/weir-client.ts'
import type { Endpoints } from '../../src/platform/supervisor/endpoints.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import type { StartStep } from './progress.ts'
import { flightLines } from './source.ts'

const delivery = 'flights-to-lake'

export interface Replay {
  readonly produced: number
  readonly produceSeconds: number
  readonly delivered: number
  readonly queryable: number
  /** Produced and neither delivered nor queryable. */
  readonly lost: number
  readonly verified: boolean
  readonly verifyDetail: string
  readonly partitions: number
  readonly files: number
  /** Of the files. */
  readonly bytes: number
  readonly delays: readonly (readonly (string | null)[])[]
}

/** Runs the main job against a running Weir, a step after the other, and gives the figures of the screen. */
export async function replayFlights(endpoints: Endpoints, flights: number, startStep: StartStep): Promise<Replay> {
  const weir = connectApi(endpoints.http)
  const { produced, seconds } = await produceFlights(endpoints, flights, startStep)
  const delivered = await deliverAll(weir, produced, startStep)
  const queryable = await sumUp(endpoints, startStep)
  const verification = await verifyAll(weir, startStep)
  return {
    produced,
    produceSeconds: seconds,
    delivered,
    queryable: queryable.count,
    lost: produced - Math.min(delivered, queryable.count),
    ...verification,
    ...(await layout(weir, endpoints)),
    delays: queryable.delays,
  }
}

async function produceFlights(
  endpoints: Endpoints,
  flights: number,
  startStep: StartStep,
): Promise<{ produced: number; seconds: number }> {
  const client = await connectKafka({ bootstrap: endpoints.kafka, clientId: 'flights' })
  const step = startStep('producing', flights)
  let acknowledged = 0
  try {
    const producer = await client.createProducer({
      topic: 'flights',
      onAcknowledged: ({ records }) => step.update((acknowledged += records)),
    })
    for await (const chunk of flightLines(flights)) await producer.sendLines(chunk)
    const { records } = await producer.flush()
    const seconds = step.finish(`${records.toLocaleString('en-US')} flights are in the stream, durable`)
    return { produced: records, seconds }
  } finally {
    await client.close()
  }
}

async function deliverAll(weir: WeirClient, produced: number, startStep: StartStep): Promise<number> {
  const step = startStep('delivering', produced)
  let flushing: Promise<unknown> | undefined
  for (;;) {
    const { hops } = await weir.call<{ hops: readonly LedgerHop[] }>('GET', '/api/v1/ledger')
    const hop = hops.find((found) => found.delivery === delivery)
    const delivered = Number(hop?.delivered ?? 0)
    step.update(delivered)
    if (delivered + Number(hop?.rejected ?? 0) >= produced) {
      step.finish(`${delivered.toLocaleString('en-US')} flights are in the table, committed`)
      return delivered
    }
    // The rest is smaller than a file should be: it would wait for the age at which a delivery commits anyway.
    flushing ??= weir
      .call('POST', `/api/v1/deliveries/${delivery}/flush`, {})
      .finally(() => void (flushing = undefined))
    flushing.catch(() => undefined)
    await pause(100)
  }
}

async function sumUp(
  endpoints: Endpoints,
  startStep: StartStep,
): Promise<Pick<Replay, 'delays'> & { readonly count: number }> {
  const step = startStep('summing up', 0)
  const counted = await runSql(endpoints.postgres, 'select count(*) from flights')
  const worst = await runSql(
    endpoints.postgres,
    'select origin, average_delay, flights from delays_by_airport where flights >= 1000 order by 2 desc limit 5',
  )
  const count = Number(counted.rows[0]![0])
  step.finish(`${count.toLocaleString('en-US')} flights answer to SQL`)
  return { count, delays: worst.rows }
}

async function verifyAll(weir: WeirClient, startStep: StartStep): Promise<Pick<Replay, 'verified' | 'verifyDetail'>> {
  const step = startStep('verifying', 0)
  let job = await weir.call<VerifyJob>('POST', '/api/v1/verify', { deliveries: [delivery] })
  while (job.state === 'running') {
    await pause(100)
    job = await weir.call<VerifyJob>('GET', `/api/v1/verify/${job.id}`)
  }
  const result = job.results[0]
  const detail = result?.detail ?? job.error?.message ?? 'no answer'
  step.finish(detail)
  return { verified: result?.verdict === 'yes', verifyDetail: detail }
}

async function layout(weir: WeirClient, endpoints: Endpoints): Promise<Pick<Replay, 'partitions' | 'files' | 'bytes'>> {
  const { rows } = await runSql(endpoints.postgres, "select count(distinct date_trunc('month', date)) from flights")
  const { files, bytes } = await weir.call<{ files: string; bytes: string }>(
    'GET',
    '/api/v1/resources/table/flights/status',
  )
  return { partitions: Number(rows[0]![0]), files: Number(files), bytes: Number(bytes) }
}
