import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { stream } from '../../src/index.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { joinGroup } from '../support/group-member.ts'
import { superviseWeir, type SupervisedWeir } from '../support/supervised-weir.ts'
import { waitUntil } from '../support/wait-until.ts'

interface Datum {
  readonly format: string
  readonly encoding: string
  readonly text: string
  readonly bytes: number
  readonly cut: boolean
}

interface Shown {
  readonly partition: number
  readonly offset: string
  readonly key: Datum | null
  readonly value: Datum | null
}

interface Page {
  readonly items: readonly Shown[]
  readonly next: string | null
}

void describe('streams, records and groups by HTTP', () => {
  let weir: SupervisedWeir
  let http: string
  let client: KafkaClient
  const count = 250
  before(async () => {
    weir = await superviseWeir('streams-api', [stream('orders', { partitions: 3 }), stream('empty', { partitions: 1 })])
    http = weir.supervisor.endpoints.http
    client = await connectKafka({ bootstrap: weir.supervisor.endpoints.kafka })
    const producer = await client.createProducer({ topic: 'orders', batchBytesMax: 1000 })
    for (let at = 0; at < count; at++)
      await producer.send({
        key: `customer-${at % 7}`,
        value: JSON.stringify({ id: at, city: at % 10 === 3 ? 'Zürich' : 'Bern' }),
        partition: at % 3,
        timestampMs: Date.now() - (count - at) * 1000,
      })
    await producer.close()
  })
  after(async () => {
    await client?.close()
    await weir?.[Symbol.asyncDispose]()
  })

  async function send(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const answer = await fetch(`${http}${path}`, { method, ...(body === undefined ? {} : json) })
    return { status: answer.status, body: await answer.json() }
  }
  async function get<Body>(path: string): Promise<Body> {
    const { status, body } = await send('GET', path)
    assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`)
    return body as Body
  }
  const idsOf = (items: readonly Shown[]): number[] =>
    items.map(({ value }) => (JSON.parse(value!.text) as { id: number }).id)
  async function allPages(query: string): Promise<number[]> {
    const ids: number[] = []
    for (let after: string | null = ''; after !== null;) {
      const page: Page = await get<Page>(
        `/api/v1/streams/orders/records?limit=40&${query}${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`,
      )
      ids.push(...idsOf(page.items))
      after = page.next
    }
    return ids
  }
  const upward = Array.from({ length: count }, (_, at) => at)

  void test('records come in pages, the newest first or the oldest from a place on, of some partitions', async () => {
    assert.deepEqual(await allPages(''), upward.toReversed())
    assert.deepEqual(await allPages('from=beginning'), upward)
    assert.deepEqual(await allPages('from=10'), upward.slice(30))
    assert.deepEqual(await allPages('from=-2'), upward.slice(-6))
    assert.deepEqual(
      await allPages('from=beginning&partition=0,2'),
      upward.filter((id) => id % 3 !== 1),
    )
    const recent = await allPages(`from=${encodeURIComponent('100 s ago')}`)
    assert.ok(recent.length > 80 && recent.length <= 100, String(recent.length))
    const { body } = await send('GET', '/api/v1/streams/orders/records?from=yesterday')
    assert.match(
      JSON.stringify(body),
      /from takes beginning, end, an offset.*WEIR-7007|WEIR-7007.*from takes beginning/,
    )
    assert.equal((await send('GET', '/api/v1/streams/orders/records?after=x')).status, 400)
    const absent = await send('GET', '/api/v1/streams/ordrs/records')
    assert.equal(absent.status, 404)
    assert.match(JSON.stringify(absent.body), /Did you mean orders\?/)
  })

  async function search(query: string): Promise<{ events: Record<string, Record<string, unknown>[]>; found: Shown[] }> {
    const answer = await fetch(`${http}/api/v1/streams/orders/search?${query}`)
    assert.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8', await answer.clone().text())
    const events: Record<string, Record<string, unknown>[]> = {}
    for (const block of (await answer.text()).split('\n\n')) {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? []
      if (name !== undefined) (events[name] ??= []).push(JSON.parse(data!) as Record<string, unknown>)
    }
    return { events, found: (events['records'] ?? []).flatMap(({ records }) => records as Shown[]) }
  }

  void test('a search finds by text, key and header, tells how far it is, and goes on where it ended', async () => {
    const all = await search(`has=${encodeURIComponent('Zürich')}`)
    assert.equal(all.found.length, 25)
    assert.deepEqual(all.events['end'], [{ reason: 'all searched', next: null }])
    assert.deepEqual((({ looked, total }) => [looked, total])(all.events['progress']!.at(-1)!), [
      String(count),
      String(count),
    ])
    const found: number[] = []
    let after = ''
    for (let turns = 0; turns < 300; turns++) {
      const some = await search(`key=customer-3&order=oldest&limit=5&bytesMax=1000${after}`)
      found.push(...idsOf(some.found))
      const next = some.events['end']![0]!['next'] as string | null
      if (next === null) break
      after = `&after=${encodeURIComponent(next)}`
    }
    assert.deepEqual(
      found.toSorted((a, b) => a - b),
      upward.filter((id) => id % 7 === 3),
    )
    const nothing = await send('GET', '/api/v1/streams/orders/search')
    assert.deepEqual([nothing.status, /something to look for/.test(JSON.stringify(nothing.body))], [400, true])
  })

  void test('a search ends when its client goes', async () => {
    const stop = new AbortController()
    const path = `${http}/api/v1/streams/orders/search?has=nothing-has-this`
    // So many at once are refused; after they went there is room again.
    const asked = Array.from({ length: 4 }, () => fetch(path, { signal: stop.signal }))
    await Promise.all(asked)
    stop.abort()
    await waitUntil('there is room again', async () => {
      const four = await Promise.all(Array.from({ length: 4 }, () => fetch(path)))
      await Promise.all(four.map((answer) => answer.text()))
      return four.every(({ status }) => status === 200)
    })
  })

  void test('what is produced by HTTP keeps bytes, headers, partition and time, and is shown as what it is', async () => {
    const bytes = Buffer.from([0xff, 0, 1])
    const records = [
      {
        key: bytes.toString('base64'),
        keyEncoding: 'base64',
        value: 'x'.repeat(5000),
        headers: [
          { key: 'trace', value: '1a' },
          { key: 'trace', value: null },
        ],
        partition: 0,
        timestamp: '2026-01-05T10:00:00.000Z',
      },
      { value: null, partition: 0 },
    ]
    const made = await send('POST', '/api/v1/streams/empty/records', { records })
    assert.deepEqual(made.body, { produced: 2, batches: [{ partition: 0, baseOffset: '0', records: 2 }] })
    const one = await get<Record<string, unknown>>('/api/v1/streams/empty/records/0/0?textBytes=100')
    assert.deepEqual(one['key'], { format: 'bytes', encoding: 'base64', text: '/wAB', bytes: 3, cut: false })
    assert.deepEqual(one['value'], { format: 'text', encoding: 'utf-8', text: 'x'.repeat(100), bytes: 5000, cut: true })
    assert.deepEqual(one['headers'], [
      { key: 'trace', value: { format: 'text', encoding: 'utf-8', text: '1a', bytes: 2, cut: false } },
      { key: 'trace', value: null },
    ])
    assert.deepEqual(
      ['timestamp', 'bytes', 'visibility', 'previous', 'next'].map((name) => one[name]),
      ['2026-01-05T10:00:00.000Z', 5015, 'committed', null, '1'],
    )
    const value = await fetch(`${http}/api/v1/streams/empty/records/0/0/value`)
    assert.match(value.headers.get('content-disposition')!, /attachment; filename="empty-0-0-value"/)
    assert.equal(await value.text(), 'x'.repeat(5000))
    const key = await fetch(`${http}/api/v1/streams/empty/records/0/0/key`)
    assert.ok(Buffer.from(await key.arrayBuffer()).equals(bytes))
    const tombstone = await send('GET', '/api/v1/streams/empty/records/0/1/value')
    assert.match(JSON.stringify(tombstone.body), /has no value.*WEIR-3124|WEIR-3124.*has no value/)
    const later = await send('GET', '/api/v1/streams/empty/records/0/2')
    assert.deepEqual(
      [later.status, /still to come; the partition ends at 2/.test(JSON.stringify(later.body))],
      [404, true],
    )
    assert.equal((await send('GET', '/api/v1/streams/empty/records/7/0')).status, 404)
  })

  void test('settings are changed after a try, and the audit has it', async () => {
    const path = '/api/v1/streams/orders/configs'
    const wanted = { 'max.message.bytes': '2000000' }
    await send('PATCH', path, { changes: wanted, dryRun: true })
    const read = async () => {
      const { items } = await get<{ items: { name: string; value: string; source: string }[] }>(path)
      return items.find(({ name }) => name === 'max.message.bytes')!
    }
    assert.equal((await read()).source, 'default')
    assert.equal((await send('PATCH', path, { changes: wanted })).status, 200)
    assert.deepEqual([(await read()).value, (await read()).source], ['2000000', 'topic'])
    assert.equal((await send('PATCH', path, { changes: { 'max.message.bytes': 'many' } })).status, 400)
    const { items } = await get<{ items: { action: string; detail: unknown }[] }>(
      '/api/v1/audit?kind=stream&name=orders',
    )
    assert.deepEqual(items.find(({ action }) => action === 'configure')?.detail, wanted)
  })

  void test('a group is looked at, moved while nobody is in it, and removed; the audit has it', async () => {
    const member = await joinGroup(weir.supervisor.endpoints.kafka, 'billing', 'orders')
    const described = await waitUntil('it has read all', async () => {
      const group = await get<{ state: string; lag: number | null; members: unknown[] }>('/api/v1/groups/billing')
      return group.state === 'Stable' && group.lag === 0 ? group : undefined
    })
    assert.equal(described.members.length, 1)
    const reset = { target: { to: 'offset', offset: 5 }, streams: [{ topic: 'orders', partitions: [1] }] }
    const plan = await send('POST', '/api/v1/groups/billing/reset', reset)
    const { members, executed, steps } = plan.body as { members: number; executed: boolean; steps: { to: number }[] }
    assert.deepEqual([members, executed, steps.map(({ to }) => to)], [1, false, [5]])
    const refused = await send('POST', '/api/v1/groups/billing/reset', { ...reset, execute: true })
    assert.deepEqual([refused.status, /WEIR-3122/.test(JSON.stringify(refused.body))], [409, true])
    assert.equal((await send('DELETE', '/api/v1/groups/billing')).status, 409)
    await member.leave()
    assert.equal((await send('POST', '/api/v1/groups/billing/reset', { ...reset, execute: true })).status, 200)
    const moved = await get<{ partitions: { partition: number; committed: number }[] }>('/api/v1/groups/billing')
    assert.equal(moved.partitions.find(({ partition }) => partition === 1)?.committed, 5)
    assert.deepEqual((await send('DELETE', '/api/v1/groups/billing')).body, { group: 'billing', partitions: 3 })
    assert.equal((await send('GET', '/api/v1/groups/billing')).status, 404)
    const { items } = await get<{ items: { action: string; actor: string }[] }>('/api/v1/audit?kind=group&name=billing')
    assert.deepEqual(
      items.map(({ action }) => action),
      ['delete', 'reset'],
    )
  })

  void test('rates, sizes and lag over time come from the same counters as the metrics', async () => {
    const rate = await waitUntil('it moves', async () => {
      await send('POST', '/api/v1/streams/orders/records', { records: [{ value: '{}' }] })
      const { rate: now } = await get<{ rate: { recordsIn: number } }>('/api/v1/streams/orders')
      return now.recordsIn > 0 ? now : undefined
    })
    assert.ok(rate.recordsIn < 1000)
    const { items } = await get<{ items: { bytes: string }[] }>('/api/v1/streams/orders/partitions')
    const { bytes } = await get<{ bytes: string }>('/api/v1/streams/orders')
    assert.ok(Number(bytes) >= items.reduce((sum, one) => sum + Number(one.bytes), 0))
    await client.groups.commit('watched', [{ topic: 'orders', partition: 0, offset: 0 }])
    const history = await waitUntil(
      'its lag was sampled',
      async () => {
        const found = await get<{ at: string | null; lag: (number | null)[] }>('/api/v1/groups/watched/history')
        return found.at !== null && found.lag.at(-1) !== null ? found : undefined
      },
      25_000,
    )
    assert.ok(history.lag.at(-1)! > 80)
  })
})
