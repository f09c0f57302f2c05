import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Endpoints } from '../../src/platform/supervisor/endpoints.ts'
import { runSql } from '../../src/cli/sql-session.ts'
import { connectApi } from '../../src/cli/weir-client.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { isRunning, waitUntil } from '../support/wait-until.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const cli = join(root, 'src/cli/main.ts')
const anyPorts = ['--kafka-port', '0', '--postgres-port', '0', '--http-port', '0']
const folders: string[] = []
const running = new Set<ChildProcess>()
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))
afterEach(async () => {
  for (const child of running) child.kill('SIGTERM')
  await waitUntil('everything has stopped', () => running.size === 0)
})

const events = `stream('events', { value: 'json' })`
const config = (resources: string): string => `import { defineProject, stream } from 'weir-data'
export default defineProject({ name: 'lifecycle', resources: [${resources}] })
`

function project(resources = events): string {
  const folder = mkdtempSync(join(tmpdir(), 'weir-lifecycle-'))
  folders.push(folder)
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'weir.config.ts'), config(resources))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

interface Up {
  readonly child: ChildProcess
  readonly said: () => string
  readonly exited: Promise<number | null>
}

function up(folder: string, words: readonly string[] = anyPorts, command = 'up', env: NodeJS.ProcessEnv = {}): Up {
  const child = spawn(process.execPath, [cli, command, '--dir', folder, ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  })
  running.add(child)
  let text = ''
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const exited = new Promise<number | null>((resolve) =>
    child.once('close', (code) => (running.delete(child), resolve(code))),
  )
  return { child, said: () => text, exited }
}

function ready(folder: string, { child, said }: Up): Promise<Endpoints> {
  const file = join(folder, '.weir/endpoints.json')
  return waitUntil('weir up is ready', () => {
    if (child.exitCode !== null) assert.fail(said())
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Endpoints) : undefined
  })
}

interface Process {
  readonly name: string
  readonly pid: number | null
  readonly state: string
}
const processes = async ({ http }: Endpoints): Promise<readonly Process[]> =>
  (await connectApi(http).call<{ processes: readonly Process[] }>('GET', '/api/v1/status')).processes
const pidOf = async (endpoints: Endpoints, name: string): Promise<number> =>
  (await processes(endpoints)).find((found) => found.name === name && found.pid !== null)?.pid ?? 0

void describe('weir up', () => {
  void test('a log that is killed is started again on its port, and nothing acknowledged is lost', async () => {
    const folder = project()
    const endpoints = await ready(folder, up(folder))
    const kafka = await connectKafka({ bootstrap: endpoints.kafka })
    const producer = await kafka.createProducer({ topic: 'events' })
    await producer.send({ value: '{"n": 1}' })
    await producer.flush()
    const before = await pidOf(endpoints, 'log')
    process.kill(before, 'SIGKILL')
    await producer.send({ value: '{"n": 2}' })
    await producer.flush()
    const ends = await kafka.offsets.list('events', 'end')
    assert.equal(
      [...ends.values()].reduce((sum, end) => sum + end, 0),
      2,
    )
    assert.notEqual(await pidOf(endpoints, 'log'), before)
    await kafka.close()
  })

  void test('an engine starts with the first query, and a killed one is replaced', async () => {
    const folder = project()
    const endpoints = await ready(folder, up(folder))
    assert.equal(await pidOf(endpoints, 'engine'), 0)
    assert.deepEqual((await runSql(endpoints.postgres, 'select 1')).rows, [['1']])
    const engine = await pidOf(endpoints, 'engine')
    const long = runSql(endpoints.postgres, 'select count(*) from range(1000000000) a, range(1000) b').catch(
      (error: Error) => error,
    )
    await waitUntil('the query runs', async () => (await processes(endpoints)).some(({ pid }) => pid === engine))
    process.kill(engine, 'SIGKILL')
    const outcome = await long
    assert.ok(outcome instanceof Error && /engine|terminat|connection/i.test(outcome.message), JSON.stringify(outcome))
    const again = await waitUntil('a new engine answers', () =>
      runSql(endpoints.postgres, 'select 2').catch(() => undefined),
    )
    assert.deepEqual(again.rows, [['2']])
  })

  void test('no child outlives a supervisor that is killed, and the next start takes over', async () => {
    const folder = project()
    const first = up(folder)
    const endpoints = await ready(folder, first)
    await runSql(endpoints.postgres, 'select 1')
    const children = (await processes(endpoints)).flatMap(({ pid }) => (pid === null ? [] : [pid]))
    assert.ok(children.length >= 3)
    first.child.kill('SIGKILL')
    await waitUntil('all children have ended', () => !children.some(isRunning), 5000)
    rmSync(join(folder, '.weir/endpoints.json'))
    await ready(folder, up(folder))
  })

  void test('a busy port is refused with its option and holder, and dev takes the next one and says so', async () => {
    const folder = project()
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    const { port } = holder.address() as AddressInfo
    const words = ['--kafka-port', String(port), '--postgres-port', '0', '--http-port', '0']
    const refused = up(folder, words)
    assert.equal(await refused.exited, 1)
    assert.match(
      refused.said(),
      new RegExp(`port ${port} is taken by process ${process.pid} .*--kafka-port.*WEIR-2003`),
    )
    assert.ok(!existsSync(join(folder, '.weir/endpoints.json')))
    const dev = up(folder, words, 'dev')
    const endpoints = await ready(folder, dev)
    assert.notEqual(endpoints.kafka, `127.0.0.1:${port}`)
    await waitUntil('it is said', () => dev.said().includes(`port ${port} is taken`))
    holder.close()
  })

  void test('dev applies what a saved project adds, and keeps what it takes away', async () => {
    const folder = project()
    const dev = up(folder, anyPorts, 'dev')
    const { http } = await ready(folder, dev)
    const names = async (): Promise<string[]> =>
      (await connectApi(http).call<{ items: { name: string }[] }>('GET', '/api/v1/resources')).items.map(
        ({ name }) => name,
      )
    // As vim and `sed -i` save: a new file takes the old one's place.
    const save = (text: string): void => {
      writeFileSync(join(folder, 'new'), text)
      renameSync(join(folder, 'new'), join(folder, 'weir.config.ts'))
    }
    save(config(`${events}, stream('orders', { value: 'json' })`))
    await waitUntil('orders is there', async () => (await names()).includes('orders'))
    save(config(`stream('orders', { value: 'jsno' })`))
    await waitUntil('the mistake is said', () => /weir\.config\.ts:2:\d+.*jsno/.test(dev.said()))
    save(config(`${events}, stream('orders', { value: 'json' })`))
    await waitUntil('that it is corrected is said', () => /right again/.test(dev.said()))
    save(config(`stream('orders', { value: 'json' })`).replace('resources', 'ports: { http: 1 }, resources'))
    await waitUntil('what is kept is said', () => /not applied: delete stream events/.test(dev.said()))
    await waitUntil('what waits for a start is said', () => /^ports changed: .*started again/m.test(dev.said()))
    assert.deepEqual(await names(), ['events', 'orders'])
  })

  void test('a newer data format is refused, and so is an open address without authentication', async () => {
    const folder = project()
    mkdirSync(join(folder, '.weir'))
    writeFileSync(join(folder, '.weir/format.json'), '{"format": 99}')
    const newer = up(folder)
    assert.equal(await newer.exited, 2)
    assert.match(newer.said(), /data format 99.*WEIR-2006/)
    const open = up(folder, [...anyPorts, '--host', '0.0.0.0'])
    assert.equal(await open.exited, 1)
    assert.match(open.said(), /WEIR_TOKEN and WEIR_PASSWORD.*WEIR-2008/)
    const elsewhere = up(folder, [...anyPorts, '--host', '192.0.2.1'])
    assert.equal(await elsewhere.exited, 2)
    assert.match(elsewhere.said(), /192\.0\.2\.1 is no address of this machine.*WEIR-2009/)
  })

  void test('a process that is asked to stop while it starts says so at once, and leaves no process', async () => {
    const folder = project()
    const weir = up(folder)
    const lock = join(folder, '.weir/supervisor.lock.holder')
    await waitUntil('it has begun', () => existsSync(lock), 30_000)
    weir.child.kill('SIGINT')
    await waitUntil('it says so', () => /^Stopping once it has started/m.test(weir.said()))
    assert.equal(await weir.exited, 0)
    assert.match(weir.said(), /Stopped\./)
    assert.ok(!existsSync(join(folder, '.weir/endpoints.json')))
  })

  void test('a process that is asked to stop removes its endpoints and leaves no process', async () => {
    const folder = project()
    const weir = up(folder)
    const endpoints = await ready(folder, weir)
    const all = (await processes(endpoints)).flatMap(({ pid }) => (pid === null ? [] : [pid]))
    weir.child.kill('SIGINT')
    assert.equal(await weir.exited, 0)
    assert.ok(!existsSync(join(folder, '.weir/endpoints.json')))
    assert.ok(!all.some(isRunning))
  })
})
