import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { ApiResource } from '../../src/cli/api-types.ts'
import { connectApi } from '../../src/cli/weir-client.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { childrenOf, residentBytes } from '../fault/process-tree.ts'
import { restartableWeir, type RestartableWeir } from '../fault/restartable-weir.ts'
import { timesById } from '../fault/sql-of.ts'
import { eventually } from '../support/deadline.ts'
import { startJoinedWorker, type JoinedWorkerProcess, type JoinedWorkerWishes } from '../support/joined-worker.ts'
import { isRunning, waitUntil } from '../support/wait-until.ts'

const timeout = 900_000
const deadlineMs = 90_000
const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const values = stream('values', { partitions: 6 })
const kept = table('kept', { columns: { id: 'long' } })
const load = delivery('load', { from: values, to: kept, workers: 1, flush: { age: '10 min' } })
const alone = table('alone', { columns: { id: 'long' } })
const joined = delivery('joined', { from: values, to: alone, workers: 0, flush: { age: '10 min' } })
export default defineProject({ name: 'joined', resources: [values, kept, load, alone, joined] })
`

interface ProcessStatus {
  readonly name: string
  readonly state: string
}

void describe('workers that join', { timeout }, () => {
  let weir: RestartableWeir
  let sent = 0
  before(async () => {
    weir = await restartableWeir('joined', { project })
    await weir.start()
  })
  after(() => weir[Symbol.asyncDispose]())

  const address = (): string => `http://127.0.0.1:${weir.ports.http}`
  const start = (name: string, wishes?: JoinedWorkerWishes): Promise<JoinedWorkerProcess> =>
    startJoinedWorker(address(), name, wishes)

  async function processes(): Promise<readonly ProcessStatus[]> {
    const found = await connectApi(address()).call<{ processes: readonly ProcessStatus[] }>('GET', '/api/v1/status')
    return found.processes
  }

  const resourceOf = (delivery: string): Promise<ApiResource> =>
    connectApi(address()).call('GET', `/api/v1/resources/delivery/${delivery}`)

  async function produce(count: number): Promise<void> {
    const client = await connectKafka({ bootstrap: `127.0.0.1:${weir.ports.kafka}` })
    try {
      const producer = await client.createProducer({ topic: 'values' })
      for (let made = 0; made < count; made++) await producer.send({ value: JSON.stringify({ id: ++sent }) })
      await producer.flush()
    } finally {
      await client.close()
    }
  }

  /** Each once, committed or not. */
  const allVisible = (table: string): Promise<boolean> =>
    eventually(
      `all of ${table} to be visible`,
      async () => {
        const times = await timesById(weir, table)
        for (const [id, count] of times) assert.equal(count, 1, `${id} is there ${count} times`)
        return times.size === sent ? true : undefined
      },
      deadlineMs,
    )

  /** By delivery, which processes run. */
  async function workersOf(delivery: string): Promise<readonly string[]> {
    return (await processes())
      .filter(({ name, state }) => name.startsWith(`delivery-${delivery}`) && state === 'ready')
      .map(({ name }) => name)
      .toSorted()
  }

  const shared = (delivery: string, ...names: string[]): Promise<boolean> =>
    eventually(
      `${delivery} to be shared by ${names.join()}`,
      async () => {
        const found = await workersOf(delivery)
        if (found.join() === names.map((name) => `delivery-${delivery}${name}`).join()) return true
        throw new Error(found.join())
      },
      deadlineMs,
    )

  async function verifies(): Promise<void> {
    const { code, stdout } = await weir.command('verify')
    assert.equal(code, 0, stdout)
    assert.match(stdout, /load .*no gap, no duplicate/)
    assert.match(stdout, /joined .*no gap, no duplicate/)
  }

  void test('a delivery without workers of its own says what it waits for, and begins when one joins', async () => {
    await produce(300)
    await eventually('the reason', async () => {
      const found = await resourceOf('joined')
      assert.equal(found.state, 'Failed')
      assert.match(found.reason ?? '', /none has joined. Start weir worker --join/)
      return true
    })
    await using one = await start('one')
    await shared('joined', '@one')
    await allVisible('alone')
    assert.match(one.said(), /joined http:/)
  })

  void test('INV-W3: rows that a joined worker holds are visible, and stay so while workers come, leave and are killed', async () => {
    await using one = await start('one')
    await shared('load', '', '@one')
    await produce(300)
    await allVisible('kept')
    await using two = await start('two')
    await shared('load', '', '@one', '@two')
    await allVisible('kept')
    await produce(300)
    await allVisible('kept')
    one.kill('SIGTERM')
    assert.equal(await one.ended, 0)
    await shared('load', '', '@two')
    await allVisible('kept')
    const children = childrenOf(two.pid)
    assert.ok(children.length >= 2)
    two.kill('SIGKILL')
    await produce(300)
    await shared('load', '')
    await allVisible('kept')
    await waitUntil('processes of the killed worker to end', () => !children.some(isRunning), deadlineMs)
    await verifies()
  })

  void test('a process of a joined worker that is killed is started again, and its tail is removed', async () => {
    await using one = await start('three')
    await shared('load', '', '@three')
    await produce(100)
    await allVisible('kept')
    const tails = (): number =>
      readdirSync(join(weir.folder, '.weir/tail/load')).filter((name) => /^\d+$/.test(name)).length
    await waitUntil('the tails of those that went to be removed', () => tails() === 2, 40_000)
    for (const pid of childrenOf(one.pid)) process.kill(pid, 'SIGKILL')
    await eventually('its restart', async () =>
      (await processes()).every(({ state }) => state === 'ready' || state === 'idle') ? true : undefined,
    )
    await allVisible('kept')
    await allVisible('alone')
    await waitUntil('the tails of the killed process to be removed', () => tails() === 2)
  })

  void test('INV-W2: one that stands still is given up, its processes end even if they do not stand still, and it joins again', async () => {
    await using one = await start('four')
    await using other = await start('five')
    await shared('load', '', '@five', '@four')
    await produce(300)
    await allVisible('kept')
    const [frozen, running] = [childrenOf(one.pid), childrenOf(other.pid)]
    // One as a machine that sleeps; of the other, the process that hears of the supervisor alone.
    for (const pid of [one.pid, ...frozen, other.pid]) process.kill(pid, 'SIGSTOP')
    await waitUntil('the end of processes that nobody keeps', () => !running.some(isAtWork), 30_000)
    await shared('load', '')
    await allVisible('kept')
    for (const pid of [...frozen, one.pid, other.pid]) process.kill(pid, 'SIGCONT')
    await waitUntil('its processes to end', () => !frozen.some(isRunning))
    await shared('load', '', '@five', '@four')
    await produce(100)
    await allVisible('kept')
    await verifies()
  })

  void test('a supervisor that is killed takes the processes of workers along; they join the next one', async () => {
    await using one = await start('six')
    await shared('load', '', '@six')
    const children = childrenOf(one.pid)
    process.kill(weir.pid(), 'SIGKILL')
    await weir.gone()
    await waitUntil('their end', () => !children.some(isRunning), 15_000)
    await weir.start()
    await shared('load', '', '@six')
    await allVisible('kept')
    assert.match(one.said(), /the connection .* is lost/)
  })

  void test('a machine that does not see the lake is refused, with the path', { skip: mayUnshare() }, async () => {
    const hide = `mount --make-rprivate / && mount -t tmpfs tmpfs ${weir.folder} && exec "$0" "$@"`
    await using other = await start('other', { within: ['unshare', '--mount', 'sh', '-c', hide] })
    assert.equal(await other.ended, 1)
    assert.match(other.said(), new RegExp(`does not see ${weir.folder}/.weir/run/joined-probe.*WEIR-2019`))
  })

  void test('an address where no Weir is says so, and is tried again', async () => {
    await using lost = await startJoinedWorker('http://127.0.0.1:1', 'lost')
    assert.match(lost.said(), /no Weir answers at http:\/\/127\.0\.0\.1:1: ECONNREFUSED.*tried again {2}\[WEIR-2020\]/)
    await using stranger = await startJoinedWorker(`http://127.0.0.1:${weir.ports.postgres}`, 'stranger')
    assert.match(stranger.said(), /no Weir answers at .*WEIR-2020/)
  })

  void test('a word that is no address, and no address, are refused', async () => {
    const wrong = await startJoinedWorker('weir', 'wrong')
    assert.equal(await wrong.ended, 2)
    assert.match(wrong.said(), /--join takes the address of a Weir, as http:.*not "weir"/)
  })

  void test('where a token is asked for, a worker without it is refused, and one with it works', async () => {
    await weir.stop()
    process.env['WEIR_TOKEN'] = 'a-token-of-this-test'
    try {
      await weir.start()
      await using stranger = await start('stranger', { environment: { WEIR_TOKEN: '' } })
      assert.equal(await stranger.ended, 1)
      assert.match(stranger.said(), /asks for a token.*WEIR-7008/)
      await using friend = await start('friend')
      await shared('joined', '@friend')
      await produce(100)
      await allVisible('alone')
      await verifies()
      assert.match(friend.said(), /joined http:/)
    } finally {
      delete process.env['WEIR_TOKEN']
    }
  })
})

/** One that has ended stays a number until the process that keeps it goes on. */
function isAtWork(pid: number): boolean {
  return isRunning(pid) && residentBytes(pid) > 0
}

function mayUnshare(): string | false {
  return process.getuid?.() === 0 ? false : 'needs root, to hide a folder from one process'
}
