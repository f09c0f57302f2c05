import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connectKafka } from '../../src/stream/client/connect.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { waitUntil } from '../support/wait-until.ts'
import { joinGroup } from '../support/group-member.ts'
import type { RunningBroker } from './kafka-client.ts'

const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

interface Answer {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** What the commands of `weir stream` do with any broker, as somebody at a terminal sees it. */
export function describeStreamCommands(name: string, start: () => Promise<RunningBroker>): void {
  void describe(`weir stream with ${name}`, () => {
    let broker: RunningBroker
    let client: KafkaClient
    let topics = 0
    const folder = mkdtempSync(join(tmpdir(), 'weir-commands-'))
    before(async () => {
      broker = await start()
      client = await connectKafka({ bootstrap: broker.bootstrap })
    })
    after(async () => {
      await client?.close()
      await broker?.stop()
      rmSync(folder, { recursive: true })
    })

    function run(words: readonly string[], input = ''): Promise<Answer> {
      return new Promise((resolve) => {
        const args = [cli, 'stream', ...words, '--bootstrap', broker.bootstrap]
        const child = execFile(process.execPath, args, { cwd: folder }, (error, out, err) => {
          resolve({ code: error ? Number(error.code) : 0, out, err })
        })
        child.stdin!.end(input)
      })
    }
    async function ok(words: readonly string[], input?: string): Promise<string> {
      const { code, out, err } = await run(words, input)
      assert.equal(code, 0, `${words.join(' ')}: ${err}`)
      return out
    }
    async function json<T>(...words: string[]): Promise<T> {
      return JSON.parse(await ok([...words, '--json'])) as T
    }
    async function newStream(partitions = 1): Promise<string> {
      const stream = `commands-${topics++}`
      // Times of tests are older than a week.
      await client.topics.create([{ name: stream, partitions, configs: { 'retention.ms': '-1' } }])
      return stream
    }
    const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '')

    void test('records go in with keys, headers and times, and come out the same in every form', async () => {
      const stream = await newStream(2)
      const settings = [
        '-K',
        ':',
        '-H',
        'source=shop',
        '-H',
        'trace=1a',
        '--timestamp',
        '2026-01-05T10:00:00Z',
        '-p',
        '1',
      ]
      const said = await ok(['produce', stream, ...settings, '--null-marker', 'NULL'], 'ada:{"id": 1}\ngrace:NULL\n')
      assert.match(said, new RegExp(`2 records are in ${stream}, durable`))
      const tail = ['tail', stream, '--from', 'beginning', '--exit']
      assert.equal(await ok(tail), '{"id": 1}\nnull\n')
      const shown = await ok([...tail, '--show', 'key,headers,partition,offset,timestamp'])
      const head = '2026-01-05T10:00:00.000Z\t1'
      const headers = 'source:shop,trace:1a'
      assert.deepEqual(lines(shown), [`${head}\t0\t${headers}\tada\t{"id": 1}`, `${head}\t1\t${headers}\tgrace\tnull`])
      const [first] = lines(await ok([...tail, '--json']))
      assert.deepEqual(JSON.parse(first!), {
        partition: 1,
        offset: 0,
        timestamp: '2026-01-05T10:00:00.000Z',
        key: 'ada',
        value: '{"id": 1}',
        headers: [
          { key: 'source', value: 'shop' },
          { key: 'trace', value: '1a' },
        ],
      })
      assert.match(
        await ok([...tail, '--format', 'table']),
        /PART +OFFSET.*\n +1 +0 +2026.*ada +\{"id": 1\} +\[source:shop/,
      )
    })

    void test('what tail prints as JSON, produce takes back: bytes, tombstones, headers and times', async () => {
      const [from, to] = [await newStream(), await newStream(3)]
      const producer = await client.createProducer({ topic: from })
      const bytes = Buffer.from([0, 1, 2, 0xff])
      await producer.send({
        key: bytes,
        value: bytes,
        timestampMs: 1_700_000_000_000,
        headers: [{ key: 'h', value: bytes }],
      })
      await producer.send({ key: 'k', value: null, headers: [{ key: 'none', value: null }] })
      await producer.close()
      const copy = await ok(['tail', from, '--from', 'beginning', '-e', '--json'])
      await ok(['produce', to, '--format', 'json', '--keep-partitions'], copy)
      assert.equal(await ok(['tail', to, '--from', 'beginning', '-e', '--json']), copy)
    })

    void test('tail begins and ends at places, filters, and counts', async () => {
      const stream = await newStream(2)
      const producer = await client.createProducer({ topic: stream })
      for (let at = 0; at < 20; at++)
        await producer.send({
          value: `value ${at}`,
          key: `key-${at % 4}`,
          partition: at % 2,
          timestampMs: Date.UTC(2026, 0, 5, 10, at),
          headers: at === 7 ? [{ key: 'mark', value: Buffer.from('seven') }] : [],
        })
      await producer.close()
      const tail = async (...words: string[]): Promise<number[]> =>
        lines(await ok(['tail', stream, ...words]))
          .map((line) => Number(line.slice('value '.length)))
          .toSorted((a, b) => a - b)
      assert.deepEqual(await tail('--from', '-2', '-e'), [16, 17, 18, 19])
      assert.deepEqual(await tail('--from', '8', '-e', '--partition', '1'), [17, 19])
      assert.deepEqual(await tail('--from', '2026-01-05T10:17:00Z', '-e'), [17, 18, 19])
      assert.deepEqual(await tail('--from', 'beginning', '--until', '2026-01-05T10:03:00Z'), [0, 1, 2])
      assert.deepEqual(await tail('--from', 'beginning', '-e', '--key', 'key-3'), [3, 7, 11, 15, 19])
      assert.deepEqual(await tail('--from', 'beginning', '-e', '--grep', 'value 1', '-p', '0'), [10, 12, 14, 16, 18])
      assert.deepEqual(await tail('--from', 'beginning', '-e', '--key-has', '-3', '--grep', '1'), [11, 15, 19])
      assert.deepEqual(await tail('--from', 'beginning', '-e', '--has', '3'), [3, 7, 11, 13, 15, 19])
      assert.deepEqual(await tail('--from', 'beginning', '-e', '--with-header', 'mark=seven'), [7])
      assert.equal((await tail('--from', 'beginning', '-n', '5')).length, 5)
      const wrong = await run(['tail', stream, '--from', 'yesterday'])
      assert.equal(wrong.code, 2)
      assert.match(wrong.err, /--from takes beginning, end, an offset.*not "yesterday".*\[WEIR-2009\]/)
      assert.match((await run(['tail', stream, '-p', '2'])).err, /no partition 2 of commands-\d+: it has 0 to 1/)
      assert.match((await run(['tail', `${stream}x`])).err, new RegExp(`Did you mean ${stream}`))
    })

    void test('a replay copies a range once, however often it is called', async () => {
      const [from, to] = [await newStream(2), `replayed-${topics}`]
      for (const partition of ['0', '1'])
        await ok(
          ['produce', from, '-K', ':', '-H', 'h=1', '--timestamp', '2026-01-05T10:00:00Z', '-p', partition],
          'a:one\nb:two\n',
        )
      const words = ['replay', from, to, '--key', 'b', '--create']
      assert.match(await ok(words), new RegExp(`2 records of ${from} are in ${to}, durable`))
      const copy = lines(await ok(['tail', to, '--from', 'beginning', '-e', '--json'])).map(
        (line) => JSON.parse(line) as object,
      )
      const record = {
        offset: 0,
        timestamp: '2026-01-05T10:00:00.000Z',
        key: 'b',
        value: 'two',
        headers: [{ key: 'h', value: '1' }],
      }
      assert.deepEqual(
        new Set(copy),
        new Set([
          { partition: 0, ...record },
          { partition: 1, ...record },
        ]),
      )
      assert.match(await ok(words), /was done before: nothing is copied twice/)
      assert.match(await ok([...words, '--again', '--partition', '1']), /1 record of/)
      assert.match((await run(['replay', from, from])).err, /into another stream/)
      assert.match((await run(['replay', from, `${to}x`])).err, new RegExp(`Did you mean ${to}`))
    })

    void test('streams are listed and described', async () => {
      const stream = await newStream(3)
      await ok(['produce', stream, '-p', '2'], 'one\ntwo\n')
      const listed = await json<{ name: string; partitions: number; records: number }[]>('list', '--prefix', stream)
      assert.deepEqual(
        listed.map(({ name: of, partitions, records }) => [of, partitions, records]),
        [[stream, 3, 2]],
      )
      await ok(['configure', stream, '--set', 'max.message.bytes=2000000'])
      await client.groups.commit(`${stream}-group`, [{ topic: stream, partition: 2, offset: 1 }])
      const text = await waitUntil('the setting is there', async () => {
        const out = await ok(['describe', stream])
        return out.includes('2000000') ? out : undefined
      })
      assert.match(text, new RegExp(`${stream}: 3 partitions, 2 records`))
      assert.match(text, /^ +2 +1 +\d+ +0 +2 +2 /m)
      assert.match(text, /max\.message\.bytes +2000000 +stream +\d+/)
      assert.match(text, new RegExp(`${stream}-group +Empty +classic +0 +1 +${stream}`))
    })

    void test('an option that would change nothing is refused, and a range without a record is said', async () => {
      const stream = await newStream()
      const wrong: readonly (readonly [readonly string[], RegExp])[] = [
        [['produce', stream, '--keep-partitions'], /--keep-partitions is for --format json/],
        [['groups', '--state', 'Foo'], /--state takes Stable, Empty.*not "Foo"/],
        [['groups', 'billing', '--state', 'Stable'], /--state is for the list: billing is one group/],
        [['tail', stream, '-e', '--with-header', ''], /--with-header takes a text, not an empty one/],
        [['list', '--dir', ''], /--dir takes a folder, not an empty text/],
      ]
      for (const [words, message] of wrong) {
        const { code, err } = await run(words)
        assert.deepEqual([code, message.test(err), /\[WEIR-2009\]/.test(err)], [2, true, true], err)
      }
      const nothing = await run(['tail', stream, '--from', 'beginning', '--exit'])
      assert.deepEqual([nothing.code, nothing.out], [0, ''])
      assert.match(nothing.err, new RegExp(`No record of ${stream} was found from beginning until its end`))
    })

    void test('without authorization the ACLs say how it is turned on', async () => {
      const { code, err } = await run(['acls'])
      assert.deepEqual([code, /authorization is off.*streams\.authorization.*\[WEIR-3103\]/.test(err)], [2, true], err)
    })

    void test('settings are changed after a look, and what there is not is proposed', async () => {
      const stream = await newStream()
      await ok(['configure', stream, '--set', 'retention.ms=1000', '--dry-run'])
      const retention = async (): Promise<string | null | undefined> =>
        (await client.topics.configs(stream)).find((config) => config.name === 'retention.ms')?.value
      assert.equal(await retention(), '-1')
      await ok(['configure', stream, '--set', 'retention.ms=1000', '--partitions', '2'])
      await waitUntil('it is set', async () => (await retention()) === '1000')
      assert.equal((await client.topics.describe([stream]))[0]?.partitions.length, 2)
      await ok(['configure', stream, '--unset', 'retention.ms'])
      await waitUntil('it is as before', async () => (await retention()) === '604800000')
      assert.match((await run(['configure', stream, '--set', 'retenton.ms=1'])).err, /Did you mean retention\.ms\?/)
      const wrong = await run(['configure', stream, '--set', 'retention.ms=long'])
      assert.match(wrong.err, /INVALID_CONFIG.*\[WEIR-3103\]/)
    })

    void test('a group is shown by partition, and reset only while nobody is in it', async (t) => {
      const stream = await newStream(2)
      const group = `${stream}-group`
      await ok(['produce', stream, '-p', '0', '--timestamp', '2026-01-05T10:00:00Z'], 'a\nb\n')
      await ok(['produce', stream, '-p', '0'], 'c\n')
      await ok(['produce', stream, '-p', '1'], 'd\n')
      const member = await joinGroup(broker.bootstrap, group, stream)
      t.after(() => member.leave())
      const shown = await waitUntil('it has committed', async () => {
        const out = await ok(['groups', group])
        return new RegExp(`^${stream} +0 +3 +3 +0 `, 'm').test(out) ? out : undefined
      })
      assert.match(shown, /Stable, classic protocol, \w+, 1 member, coordinator 127\.0\.0\.1/)
      const reset = ['reset-group', group, '--to-earliest']
      assert.match(await ok(reset), /reads 3 again[\s\S]*is Stable: stop its 1 consumer, then use --execute/)
      const refused = await run([...reset, '--execute'])
      assert.equal(refused.code, 1)
      assert.match(refused.err, /is Stable, with 1 member\. Stop its consumers first.*\[WEIR-3122\]/)
      assert.match((await run(['delete-group', group])).err, /\[WEIR-3122\]/)
      await member.leave()
      const committed = async (): Promise<number[]> =>
        (await client.groups.committed(group)).toSorted((a, b) => a.partition - b.partition).map(({ offset }) => offset)
      assert.match(await ok(reset), /Nothing is changed: do it with --execute/)
      assert.deepEqual(await committed(), [3, 1])
      const targets: [string[], number[]][] = [
        [['--to-earliest'], [0, 0]],
        [['--to-latest'], [3, 1]],
        [
          ['--shift-by', '-2', '--stream', `${stream}:0`],
          [1, 1],
        ],
        [
          ['--to-offset', '2'],
          [2, 1],
        ],
        [
          ['--by-duration', 'PT1H'],
          [2, 0],
        ],
        [
          ['--to-datetime', '2026-01-05T09:00:00Z', '--stream', stream],
          [0, 0],
        ],
        [['--to-current'], [0, 0]],
      ]
      for (const [words, offsets] of targets) {
        await ok(['reset-group', group, ...words, '--execute'])
        assert.deepEqual(await committed(), offsets, words.join(' '))
      }
      const file = join(folder, 'offsets.csv')
      writeFileSync(file, `${stream},0,2\n"${stream}",1,1\n`)
      await ok(['reset-group', group, '--from-file', file, '--execute'])
      assert.deepEqual(await committed(), [2, 1])
      const two = await run(['reset-group', group, '--to-earliest', '--to-latest'])
      assert.match(two.err, /takes one target, not --to-earliest and --to-latest/)
      const groups = await json<{ group: string; lag: number }[]>('groups', '--stream', stream)
      assert.deepEqual(
        groups.map((one) => [one.group, one.lag]),
        [[group, 1]],
      )
      await ok(['delete-group', group])
      assert.match((await run(['groups', group])).err, /no consumer group "commands-\d+-group".*\[WEIR-3121\]/)
    })
  })
}
