import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { projectFiles } from '../../src/cli/project-template.ts'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'
import { waitUntil } from '../support/wait-until.ts'

const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const files = projectFiles({ name: 'shop', version: '0.0.0' })

interface Answer {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** The project that `weir init` writes, with every command against it. */
void describe('the commands on a running project', () => {
  let weir: RunningWeir
  before(async () => void (weir = await startWeir('commands', files['weir.config.ts'])))
  after(() => weir[Symbol.asyncDispose]())

  function run(words: readonly string[], input?: string, more: NodeJS.ProcessEnv = {}): Promise<Answer> {
    return new Promise((resolve) => {
      const env = { ...process.env, ...more }
      const child = execFile(process.execPath, [cli, ...words, '--dir', weir.folder], { env }, (error, out, err) => {
        resolve({ code: error ? Number(error.code) : 0, out, err })
      })
      child.stdin!.end(input ?? '')
    })
  }
  async function json<T>(...words: string[]): Promise<T> {
    const { code, out, err } = await run([...words, '--json'])
    assert.equal(code, 0, `${words.join(' ')}: ${err}`)
    return JSON.parse(out) as T
  }

  void test('url, get and status show what runs', async () => {
    assert.equal((await run(['url', 'kafka'])).out.trim(), weir.endpoints.kafka)
    const resources = await json<{ kind: string; name: string; state: string }[]>('get')
    const shown = resources.map(({ kind, name, state }) => `${kind} ${name} ${state}`)
    for (const wanted of ['stream events', 'table events', 'delivery events-to-lake', 'view events_by_kind'])
      assert.ok(shown.includes(`${wanted} Active`), `${wanted} in ${shown.join(', ')}`)
    const { out } = await run(['status'])
    assert.match(out, /delivery +events-to-lake +Active/)
    assert.match(out, /^log +ready/m)
    assert.match((await run(['plan'])).out, /Nothing to change/)
  })

  void test('a pipe gets all of a long answer, however slowly it is read', async () => {
    const words = ['sql', 'select * from generate_series(1, 100000)', '--dir', weir.folder]
    const child = spawn(process.execPath, [cli, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
    let lines = 0
    for await (const chunk of child.stdout) {
      lines += (chunk as Buffer).toString().split('\n').length - 1
      await new Promise(setImmediate)
    }
    assert.ok(lines >= 100_000, `${lines} lines`)
  })

  void test('a record that was produced is in SQL within seconds, and the ledger and the proof hold', async () => {
    const { out } = await run(['produce', 'events'], `${files['events.ndjson']}{"id": "no number"}\n`)
    assert.match(out, /13 records are in events, durable/)
    const count = async (): Promise<boolean> =>
      (await json<{ n: string }[]>('sql', 'select count(*) as n from events'))[0]!.n === '12'
    await waitUntil('all rows answer', count)
    const { out: view } = await run(['sql', 'select * from events_by_kind'])
    assert.match(view, /order/)
    const unknown = await run(['dead-letters', 'events-to-lake'])
    assert.match(unknown.out, /has committed fitted.*\n13 records are not committed yet.*delivery flush/, unknown.err)
    const flushed = await run(['delivery', 'flush', 'events-to-lake'])
    assert.equal(flushed.code, 0, flushed.err)
    const { hops } = await json<{ hops: { in: string; delivered: string; rejected: string; pending: string }[] }>(
      'ledger',
    )
    assert.deepEqual(
      hops.map(({ delivered, rejected, pending }) => [delivered, rejected, pending]),
      [['12', '1', '0']],
    )
    const { out: status } = await run(['delivery', 'status', 'events-to-lake'])
    assert.match(status, /is running[\s\S]*13 records read, 1 rejected[\s\S]*not committed yet: 0 records/)
    assert.match(status, /PARTITION +COMMITTED TO +READ TO +STREAM ENDS +BEHIND\n( +\d+)+ +0$/m)
    const before = `--import=data:text/javascript,Date.now=()=>0`
    const early = await run(['ledger'], '', { NODE_OPTIONS: before })
    assert.match(early.out, /last commit 0 ms ago/, 'a clock that was set back')
    const verified = await run(['verify'])
    assert.equal(verified.code, 0, verified.out)
    assert.match(verified.out, /no gap, no duplicate/)
  })

  void test('the record that did not fit waits in the dead letters with its reason', async () => {
    const { total, items } = await json<{ total: number; items: { value: string; reason: string }[] }>(
      'dead-letters',
      'events-to-lake',
    )
    assert.equal(total, 1)
    assert.equal(items[0]!.value, '{"id": "no number"}')
    assert.match(items[0]!.reason, /id/)
    const replay = await json<{ replayed: number; stillRejected: number }>('dead-letters', 'events-to-lake', '--replay')
    assert.deepEqual(replay, { replayed: 0, stillRejected: 1 })
  })

  void test('tail prints records from the start', async () => {
    const { out } = await run(['tail', 'events', '--from', 'start', '-n', '13'])
    assert.equal(out.trim().split('\n').length, 13)
    assert.match((await run(['tail', 'evnts'])).err, /Did you mean events\?/)
  })

  void test('a mistyped stream is not made, unless that is asked for; a CSV with a header is sent by record', async () => {
    const mistyped = await run(['produce', 'evnts'], '{"id": 1}\n')
    assert.equal(mistyped.code, 1)
    assert.match(mistyped.err, /no stream "evnts"\. Did you mean events\?.*--create.*WEIR-2011/)
    assert.ok(!(await run(['get', 'stream'])).out.includes('evnts'))
    const made = await run(
      ['produce', 'prices', '--create', '--csv-header', 'send', '--key', 'a'],
      'id,price\n1,2.50\n2,3\n',
    )
    assert.match(made.out, /2 records are in prices, durable/, made.err)
    const { out } = await run(['tail', 'prices', '--from', 'start', '-n', '2'])
    assert.equal(out, 'id,price\n1,2.50\nid,price\n2,3\n')
    const wrong = await run(['produce', 'prices', '--csv-header', 'yes'])
    assert.equal(wrong.code, 2)
    assert.match(wrong.err, /--csv-header takes send, skip, not "yes"/)
  })

  void test('what is in use is not deleted, and what is wrong is said', async () => {
    const refused = await run(['delete', 'table', 'events', '--allow-destructive'])
    assert.notEqual(refused.code, 0)
    assert.match(refused.err, /events-to-lake|events_by_kind/)
    const wrong = await run(['sql', 'select * from evnts'])
    assert.equal(wrong.code, 1)
    assert.match(wrong.err, /evnts.*WEIR-6003/)
    assert.match((await run(['get', 'tabel'])).err, /Did you mean table\?/)
  })

  void test('a mistake in the project is said with its line while Weir runs', async () => {
    const config = join(weir.folder, 'weir.config.ts')
    const declared = readFileSync(config, 'utf8')
    try {
      writeFileSync(config, declared.replace('sum(amount)', 'sum(amuont)'))
      for (const command of ['plan', 'apply']) {
        const wrong = await run([command])
        assert.deepEqual(
          [wrong.code, /^weir\.config\.ts:\d+:\d+ .*amuont.*WEIR-6003/.test(wrong.err)],
          [2, true],
          wrong.err,
        )
      }
    } finally {
      writeFileSync(config, declared)
    }
  })

  void test('what there is nothing to do for is said, and what is not there is an error of the command line', async () => {
    const nothing = await run(['delivery', 'resume', 'events-to-lake', '--go-on'])
    assert.deepEqual([nothing.code, /nothing to answer/.test(nothing.out)], [0, true], nothing.out)
    const environment = await run(['plan', '--env', 'nope'])
    assert.deepEqual([environment.code, /WEIR-1009/.test(environment.err)], [2, true], environment.err)
    const empty = await run(['sql', ' '])
    assert.deepEqual([empty.code, /there is no SQL to run.*WEIR-2009/.test(empty.err)], [2, true], empty.err)
    assert.deepEqual(await run(['sql'], '-- only a comment'), { code: 0, out: '', err: '' })
    for (const words of [
      ['delivery', 'foo', 'x'],
      ['explain', 'foo'],
      ['backup', ''],
    ]) {
      const wrong = await run(words)
      assert.deepEqual(
        [wrong.code, /It is one of flush|weir explain lists|takes a folder/.test(wrong.err)],
        [2, true],
        wrong.err,
      )
    }
  })

  void test('each statement of a text answers', async () => {
    const both = await run(['sql', "select 1 as first; select 'x' as second"])
    assert.match(both.out, /first[\s\S]*1[\s\S]*\(1 row\)[\s\S]*second[\s\S]*x[\s\S]*\(1 row\)/, both.err)
    const lines = (await run(['sql', '--json', "select 1 as first; select 'x' as second"])).out.trim().split('\n')
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      [[{ first: '1' }], [{ second: 'x' }]],
    )
  })

  void test('doctor finds nothing, logs show every process', async () => {
    const { code, out } = await run(['doctor'])
    assert.equal(code, 0, out)
    assert.match(out, /kafka +127\.0\.0\.1/)
    const { out: lines } = await run(['logs', '-n', '500'])
    for (const process of ['supervisor', 'log']) assert.match(lines, new RegExp(` ${process} `))
  })

  void test('stop stops it, and removes the endpoints first', async () => {
    const { code, err } = await run(['stop'])
    assert.equal(code, 0, err)
    assert.throws(() => readFileSync(join(weir.folder, '.weir/endpoints.json')))
    assert.equal((await run(['status'])).code, 3)
  })

  void test('a plan needs no running Weir: it is against what was left, checked in full, and writes nothing', async () => {
    const { changes, against } = await json<{ changes: unknown[]; against: string }>('plan')
    assert.deepEqual([changes, against], [[], 'stopped'])
    const config = join(weir.folder, 'weir.config.ts')
    const declared = readFileSync(config, 'utf8')
    const planOf = (from: string, to: string): Promise<Answer> => {
      writeFileSync(config, declared.replace(from, to))
      return run(['plan'])
    }
    try {
      const wrong = await planOf('sum(amount)', 'sum(amuont)')
      assert.deepEqual([wrong.code, /amuont.*WEIR-6003/.test(wrong.err)], [2, true], wrong.err)
      // A column that the table has and the project does not declare.
      assert.match((await planOf('sum(amount)', 'max(_offset)')).out, /~ view +events_by_kind/)
      const removed = await planOf('[events, eventsTable, load, byKind]', '[events]')
      assert.match(removed.out, /- table +events .*destroys: /, removed.err)
    } finally {
      writeFileSync(config, declared)
    }
    assert.deepEqual((await json<{ changes: unknown[] }>('plan')).changes, [])
  })

  void test('a backup goes back where it was taken, and everything is there', async () => {
    const backup = join(weir.folder, 'backup')
    assert.equal((await run(['backup', backup])).code, 0)
    const refused = await run(['restore', backup])
    assert.match(refused.err, /is not empty/)
    const { rmSync } = await import('node:fs')
    rmSync(join(weir.folder, '.weir'), { recursive: true })
    const restored = await run(['restore', backup])
    assert.equal(restored.code, 0, restored.err)
    const up = spawn(
      process.execPath,
      [cli, 'up', '--dir', weir.folder, '--kafka-port', '0', '--postgres-port', '0', '--http-port', '0'],
      { stdio: 'ignore' },
    )
    try {
      await waitUntil('it is ready', async () => (await run(['url', 'http'])).code === 0, 60_000)
      assert.deepEqual(await json('sql', 'select count(*) as n from events'), [{ n: '12' }])
      assert.equal((await run(['verify'])).code, 0)
    } finally {
      up.kill('SIGTERM')
      if (up.exitCode === null) await new Promise((resolve) => up.once('exit', resolve))
    }
  })
})
