import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import pg from 'pg'
import { cancelRequest } from '../support/cancel-request.ts'
import { superviseWeir, type SupervisedWeir } from '../support/supervised-weir.ts'
import { waitUntil } from '../support/wait-until.ts'

async function connect({ supervisor }: SupervisedWeir): Promise<pg.Client> {
  const client = new pg.Client(supervisor.endpoints.postgres)
  client.on('error', () => undefined)
  await client.connect()
  return client
}

const clients = (weir: SupervisedWeir, count: number): Promise<readonly pg.Client[]> =>
  Promise.all(Array.from({ length: count }, () => connect(weir)))

async function engineOf({ supervisor }: SupervisedWeir): Promise<{ readonly pid: number; readonly bytes: number }> {
  const answer = await fetch(`${supervisor.endpoints.http}/api/v1/status`)
  const { processes } = (await answer.json()) as { processes: readonly { name: string; pid: number; bytes: number }[] }
  return processes.find(({ name }) => name === 'engine')!
}

/** Hundredths of a second that a process has computed. */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return Number(fields[11]) + Number(fields[12])
}

async function computes(pid: number): Promise<boolean> {
  const before = ticksOf(pid)
  await new Promise((resolve) => setTimeout(resolve, 300))
  return ticksOf(pid) - before > 5
}

const endless = 'select count(*) from range(1000000000) a, range(1000000) b where a.range % 7 = b.range % 11'
const large = `select i, repeat('x', 1000) as text from range(1000000000) t(i)`
const deadline = { timeout: 120_000 }

void test(
  'while eight questions run without end, fifty clients are answered, and another connects; what is cancelled is computed no more',
  deadline,
  async () => {
    await using weir = await superviseWeir('concurrent', [])
    const [long, small] = [await clients(weir, 8), await clients(weir, 50)]
    const codes: (string | undefined)[] = []
    const ended = Promise.all(
      long.map((client) => client.query(endless).catch(({ code }: pg.DatabaseError) => void codes.push(code))),
    )
    await Promise.all(
      small.map(async (client, at) => {
        for (let n = 0; n < 2; n++) {
          const { rows } = await client.query(`select sum(i)::int + ${at} as total from range(100) t(i)`)
          assert.deepEqual(rows, [{ total: 4950 + at }])
        }
      }),
    )
    await (await connect(weir)).end()
    assert.deepEqual(codes, [], 'the long ones run on')
    const { pid } = await engineOf(weir)
    assert.equal(await computes(pid), true)
    const { hostname: host, port } = new URL(weir.supervisor.endpoints.postgres)
    for (const client of long) await cancelRequest({ host, port: Number(port) }, client)
    await ended
    assert.deepEqual(new Set(codes), new Set(['57014']))
    await waitUntil('nothing is computed any more', async () => !(await computes(pid)))
    await Promise.all([...long, ...small].map((client) => client.end()))
  },
)

/** Sends a question and reads nothing of the answer but its begin. */
async function begin(client: pg.Client, text: string): Promise<void> {
  const { connection } = client as unknown as {
    readonly connection: { stream: NodeJS.ReadableStream; query(sql: string): void }
  }
  await new Promise<void>((resolve) => {
    connection.stream.removeAllListeners('data')
    connection.stream.once('data', () => {
      connection.stream.pause()
      resolve()
    })
    connection.query(text)
  })
}

const leave = (client: pg.Client): void => {
  const { connection } = client as unknown as { readonly connection: { stream: { destroy(): void } } }
  connection.stream.destroy()
}

void test(
  'INV-S5: fifty large results that are read slowly fit into an engine of 1 GB, which goes on when their clients leave, again and again',
  { timeout: 240_000 },
  async () => {
    await using weir = await superviseWeir('slow-readers', [], { engineMemoryBytes: 1_000_000_000 })
    const probe = await connect(weir)
    await probe.query('select 1')
    const { pid } = await engineOf(weir)
    const sizes: number[] = []
    for (let round = 0; round < 3; round++) {
      const readers = await clients(weir, 50)
      await Promise.all(readers.map((client) => begin(client, large)))
      await waitUntil('all wait for their clients', async () => !(await computes(pid)))
      sizes.push((await engineOf(weir)).bytes)
      readers.forEach(leave)
      assert.deepEqual((await probe.query('select 2 as n')).rows, [{ n: 2 }])
    }
    assert.equal((await engineOf(weir)).pid, pid, 'it is the same engine')
    assert.ok(
      sizes[2]! - sizes[1]! < 250e6,
      `with fifty results it had ${sizes.join(', ')} bytes, one round after the other`,
    )
    await probe.end()
  },
)
