import type { LedgerHop } from '../../src/platform/operations.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { waitUntil } from '../support/wait-until.ts'

/** A project with one of each kind: a secret that is absent, so that something needs a look. */
export const shopProject = `import { defineProject, delivery, secret, stream, table, view } from 'weir-data'

const orders = stream('orders', { partitions: 4, retention: '7 days', tags: { team: 'shop' } })
const clicks = stream('clicks', { partitions: 1 })
const ordersTable = table('orders', {
  columns: { id: 'long', customer: 'string', amount: 'decimal(12,2)', placed_at: 'timestamptz' },
  partitionBy: ['day(placed_at)'],
})
const load = delivery('orders-to-lake', { from: orders, to: ordersTable, flush: { age: '1 s' } })
const byCustomer = view('orders_by_customer', {
  sql: 'select customer, count(*) as orders, sum(amount) as revenue from orders group by 1 order by 1',
})
const token = secret('SHOP_TOKEN', { fromEnv: 'WEIR_CONSOLE_TEST_TOKEN' })

export default defineProject({ name: 'shop', resources: [orders, clicks, ordersTable, load, byCustomer, token] })
`

export const produced = 1200
/** One in a hundred does not fit. */
export const rejected = produced / 100

const customers = ['ada', 'grace', 'edsger', 'barbara', 'donald', 'leslie']

/** Produces the shop's records and waits until the ledger has them all. */
export async function fillShop(http: string): Promise<void> {
  await produceOrders(http, produced)
  await waitForLedger(http, (hop) => hop.in === String(produced) && hop.pending === '0')
}

/** A group of nobody that has read a few records of each partition. */
export async function commitBehind(kafka: string, group: string): Promise<void> {
  const client = await connectKafka({ bootstrap: kafka })
  const offsets = [0, 1, 2, 3].map((partition) => ({ topic: 'orders', partition, offset: 10 * partition }))
  await client.groups.commit(group, offsets)
  await client.close()
}

export async function produceOrders(http: string, count: number): Promise<void> {
  await produceValues(
    http,
    'orders',
    Array.from({ length: count }, (_, at) => orderOf(at)),
  )
}

export async function produceValues(http: string, stream: string, values: readonly string[]): Promise<void> {
  const records = values.map((value, at) => ({ key: String(at), value }))
  await post(`${http}/api/v1/streams/${stream}/records`, { records })
}

/** Until the ledger has a hop like that. */
export async function waitForLedger(http: string, isReached: (hop: LedgerHop) => boolean): Promise<void> {
  await waitUntil('every record is delivered or rejected', async () => {
    return (await readHops(http)).some(isReached)
  })
}

export async function readHops(http: string): Promise<readonly LedgerHop[]> {
  return ((await (await fetch(`${http}/api/v1/ledger`)).json()) as { hops: readonly LedgerHop[] }).hops
}

function orderOf(at: number): string {
  if (at % 100 === 7) return JSON.stringify({ id: `x${at}`, customer: 'ada' })
  const placed = new Date(Date.UTC(2026, 0, 1 + (at % 20), 12))
  return JSON.stringify({
    id: at,
    customer: customers[at % customers.length],
    amount: (((at * 37) % 9999) / 100).toFixed(2),
    placed_at: placed.toISOString(),
  })
}

async function post(url: string, body: unknown): Promise<void> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(url, init)
  if (!response.ok) throw new Error(await response.text())
}
