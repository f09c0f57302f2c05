import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { eventually } from '../support/deadline.ts'
import { restartableWeir, type RestartableWeir } from '../fault/restartable-weir.ts'

const head = `import { defineProject, stream, table, view } from 'weir-data'
const kept = table('kept', { columns: { id: 'long' } })
`
const projectOf = (...resources: readonly string[]): string =>
  `${head}export default defineProject({ name: 'partial', resources: [kept, ${resources.join(', ')}] })\n`
const counts = (sql: string): string => `view('counts', { sql: '${sql}' })`
const good = counts('select count(*) as n from kept')

interface Resource {
  readonly kind: string
  readonly name: string
  readonly state: string
  readonly spec: Readonly<Record<string, unknown>>
}

async function resourceOf(weir: RestartableWeir, kind: string, name: string): Promise<Resource> {
  const { code, stdout, stderr } = await weir.command('get', kind, name, '--json')
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as Resource
}

/** What is said of a start comes after its endpoints. */
async function says(weir: RestartableWeir, text: RegExp): Promise<void> {
  await eventually(`weir up to say ${text}`, () => text.test(weir.errors()) || undefined)
}

async function startAgain(weir: RestartableWeir, project: string): Promise<void> {
  await weir.stop()
  writeFileSync(join(weir.folder, 'weir.config.ts'), project)
  await weir.start()
}

void test(
  'one resource that cannot be as it is declared keeps nothing else from starting',
  { timeout: 120_000 },
  async () => {
    await using weir = await restartableWeir('partial', { project: projectOf(good) })
    await weir.start()
    const client = await connectKafka({ bootstrap: `127.0.0.1:${weir.ports.kafka}` })
    await client.topics.create([{ name: 'events', partitions: 4 }])
    await client.close()
    await eventually('Weir to know of it', () => resourceOf(weir, 'stream', 'events'))

    await startAgain(weir, projectOf(good, `stream('events', { partitions: 1 })`, `stream('others')`))
    await says(weir, /weir\.config\.ts:\d+:\d+ +not applied: stream events\. .*from 4 to 1.*WEIR-7005/)
    const events = await resourceOf(weir, 'stream', 'events')
    assert.deepEqual([events.state, events.spec['partitions']], ['Active', 4])
    assert.equal((await resourceOf(weir, 'stream', 'others')).state, 'Active')

    await startAgain(
      weir,
      projectOf(counts('select nothing from kept'), `stream('events', { partitions: 4 })`, `stream('third')`),
    )
    await says(weir, /not applied: view counts\. .*nothing/)
    assert.match(String((await resourceOf(weir, 'view', 'counts')).spec['sql']), /count\(\*\)/)
    assert.equal((await resourceOf(weir, 'stream', 'third')).state, 'Active')
    assert.equal((await resourceOf(weir, 'view', 'counts')).state, 'Active')
  },
)

void test('a project of which nothing runs yet is refused with its mistake', { timeout: 60_000 }, async () => {
  await using weir = await restartableWeir('refused', { project: projectOf(counts('select nothing from kept')) })
  await assert.rejects(weir.start(), /weir\.config\.ts:3.*nothing/)
})

void test('records for a stream that failed as it is declared make no other one under its name', async () => {
  await using weir = await restartableWeir('failed-stream', {
    project: projectOf(`stream('bro.ken')`, `stream('bro_ken')`),
  })
  await weir.start()
  await says(weir, /stream bro_ken is Failed: .*collides with/)
  for (const [words, reason] of [
    [[], /there is no stream "bro_ken".*weir status.*WEIR-2011/],
    [['--create'], /"bro_ken" is declared, but it is Failed: .*collides with.*WEIR-2011/],
  ] as const) {
    const { code, stderr } = await weir.command('produce', 'bro_ken', join(weir.folder, 'weir.config.ts'), ...words)
    assert.equal(code, 1)
    assert.match(stderr, reason)
  }
})
