import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { verifies } from '../fault/exactly-once.ts'
import { restartableWeir, type RestartableWeir } from '../fault/restartable-weir.ts'
import { sqlOf } from '../fault/sql-of.ts'
import { eventually } from '../support/deadline.ts'

const policies = { reject: 'reject', ignore: 'ignore', add: 'add column' } as const
type Policy = keyof typeof policies

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const columns = { l: 'long', i: 'int', d: 'double', m: 'decimal(38,10)', s: 'string', ts: 'timestamptz', st: 'struct<a: long>', li: 'list<long>' } as const
const resources = ${JSON.stringify(Object.entries(policies))}.flatMap(([name, onNewField]) => {
  const from = stream(name, { partitions: 2, config: { 'max.message.bytes': '30000000' } })
  const to = table(name, { columns })
  return [from, to, delivery(name, { from, to, onNewField: onNewField as 'reject', flush: { age: '1 s' } })]
})
export default defineProject({ name: 'whatever', resources })
`

/** What becomes of a value: a row in which the column reads as this text, or a letter with this code. */
type Fate = readonly [column: string, text: string | null] | `WEIR-5${number}`
type Case = readonly [value: string | Buffer | null, fate: Fate | Readonly<Record<Policy, Fate>>]

const deep = (levels: number): string => `{"x":${'['.repeat(levels)}${']'.repeat(levels)}}`
const unknown = (value: string, add: Fate): Case => [value, { reject: 'WEIR-5003', ignore: ['l', null], add }]

/** Each kind of record that delivery.md promises to keep in one form or the other. */
const cases: readonly Case[] = [
  ['{"l": 1}', ['l', '1']],
  ['{}', ['l', null]],
  ['{"l": null}', ['l', null]],
  [null, 'WEIR-5006'],
  ['', 'WEIR-5006'],
  [' \n\t', 'WEIR-5006'],
  ['{"l": 1', 'WEIR-5002'],
  ['{"l": 1,}', 'WEIR-5002'],
  ["{'l': 1}", 'WEIR-5002'],
  ['not json', 'WEIR-5002'],
  ['null', 'WEIR-5002'],
  ['[{"l": 1}]', 'WEIR-5002'],
  ['{"l": 1}{"l": 2}', 'WEIR-5002'],
  ['{"l": 1}\n{"l": 2}', 'WEIR-5002'],
  ['\ufeff{"l": 1}', 'WEIR-5002'],
  [Buffer.from('{"s": "\xff"}', 'latin1'), 'WEIR-5002'],
  [Buffer.from([0, 1, 2, 255]), 'WEIR-5002'],
  ['{"s": "\\ud83d"}', 'WEIR-5002'],
  ['{\n  "l": 2,\r\n  "s": "pretty"\n}\n', ['s', 'pretty']],
  ['{"s": "a\\nb\\u0000"}', ['s', 'a\nb\0']],
  ['{"s": ""}', ['s', '']],
  ['{"s": "NaN"}', ['s', 'NaN']],
  ['{"s": 33}', 'WEIR-5001'],
  ['{"l": 1, "l": 2}', 'WEIR-5005'],
  ['{"l": 1, "\\u006c": 2}', 'WEIR-5005'],
  ['{"_offset": 7}', 'WEIR-5005'],
  ['{"_source": "mine"}', 'WEIR-5005'],
  ['{"L": 1}', 'WEIR-5003'],
  ['{"l": 1.5}', 'WEIR-5001'],
  ['{"l": 1.0}', 'WEIR-5001'],
  ['{"l": "1"}', 'WEIR-5001'],
  ['{"l": true}', 'WEIR-5001'],
  ['{"l": 9223372036854775807}', ['l', '9223372036854775807']],
  ['{"l": -9223372036854775808}', ['l', '-9223372036854775808']],
  ['{"l": 9223372036854775808}', 'WEIR-5001'],
  ['{"l": 123456789012345678901234567890}', 'WEIR-5001'],
  ['{"i": 2147483647}', ['i', '2147483647']],
  ['{"i": 2147483648}', 'WEIR-5001'],
  ['{"d": NaN}', 'WEIR-5002'],
  ['{"d": Infinity}', 'WEIR-5002'],
  ['{"d": 1e309}', 'WEIR-5001'],
  ['{"d": 9007199254740993}', 'WEIR-5001'],
  ['{"d": 0.1}', ['d', '0.1']],
  ['{"m": 12345678901234567890.0123456789}', ['m', '12345678901234567890.0123456789']],
  ['{"m": 0.00000000001}', 'WEIR-5001'],
  ['{"ts": "2024-02-29T12:00:00+02:00"}', ['ts', '2024-02-29 10:00:00+00']],
  ['{"ts": "2023-02-29T12:00:00Z"}', 'WEIR-5001'],
  ['{"ts": "2024-02-29T12:00:00"}', 'WEIR-5001'],
  ['{"st": {"a": 9007199254740993}}', ['st', "{'a': 9007199254740993}"]],
  ['{"st": {"a": 1, "a": 2}}', 'WEIR-5005'],
  ['{"st": {"b": 1}}', { reject: 'WEIR-5003', ignore: ['st', "{'a': NULL}"], add: 'WEIR-5003' }],
  ['{"li": [1, null, 3]}', ['li', '[1, NULL, 3]']],
  ['{"li": [1.5]}', 'WEIR-5001'],
  [deep(100), { reject: 'WEIR-5003', ignore: ['l', null], add: 'WEIR-5003' }],
  [deep(10_000), { reject: 'WEIR-5003', ignore: 'WEIR-5002', add: 'WEIR-5002' }],
  unknown('{"fresh": 18}', ['fresh', '18']),
  unknown('{"fresh2": "2024-01-01"}', ['fresh2', '2024-01-01']),
  unknown('{"nothing": null}', 'WEIR-5003'),
  unknown('{"object": {"a": 1}}', 'WEIR-5003'),
  unknown('{"huge": 123456789012345678901234567890}', 'WEIR-5003'),
  [`{"s": "${'x'.repeat(20_000_000)}"}`, ['s', 'x'.repeat(20_000_000)]],
  [`{"s": "${'y'.repeat(20_000_000)}`, 'WEIR-5002'],
]
const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
const isLarge = ([value]: Case): boolean => (value?.length ?? 0) > 1_000_000

interface Letter {
  readonly partition: number
  readonly offset: string
  readonly code: string
  readonly value: string
}

void test(
  'whatever arrives, in any codec and under any policy: records in are rows and letters, and no value is another one',
  { timeout: 600_000 },
  async () => {
    await using weir = await restartableWeir('whatever', { project })
    await weir.start()
    for (const policy of Object.keys(policies) as Policy[]) {
      const sent = await send(weir, policy)
      const total = String(sent.size)
      await eventually(
        `${total} records of ${policy}`,
        async () => {
          const { stdout } = await weir.command('ledger', '--json')
          const { hops } = JSON.parse(stdout) as { hops: readonly Hop[] }
          const hop = hops.find(({ delivery }) => delivery === policy)!
          assert.deepEqual([hop.in, hop.pending], [total, '0'])
          assert.equal(BigInt(hop.delivered) + BigInt(hop.rejected), BigInt(hop.in))
          return true
        },
        120_000,
      )
      await holds(weir, policy, sent)
    }
    await verifies(weir)
  },
)

interface Hop {
  readonly delivery: string
  readonly in: string
  readonly delivered: string
  readonly rejected: string
  readonly pending: string
}

/** Sends every case in every codec, large ones in one; what was sent, by place. */
async function send(weir: RestartableWeir, topic: Policy): Promise<ReadonlyMap<string, Case>> {
  const client = await connectKafka({ bootstrap: `127.0.0.1:${weir.ports.kafka}` })
  const sent = new Map<string, Case>()
  const next = [0, 0]
  for (const [turn, compression] of codecs.entries()) {
    const partition = turn % 2
    const producer = await client.createProducer({ topic, compression, batchBytesMax: 25_000_000 })
    for (const one of cases.filter((each) => compression === 'gzip' || !isLarge(each))) {
      await producer.send({ value: one[0], partition })
      sent.set(`${partition}/${next[partition]!++}`, one)
    }
    await producer.close()
  }
  await client.close()
  return sent
}

async function holds(weir: RestartableWeir, policy: Policy, sent: ReadonlyMap<string, Case>): Promise<void> {
  const letters = await lettersOf(weir, policy)
  const columns = new Map<string, ReadonlyMap<string, string | null>>()
  for (const [place, [value, fates]] of sent) {
    const fate = isFate(fates) ? fates : fates[policy]
    const what = `${policy}, ${place}: ${String(value).slice(0, 60)}`
    const letter = letters.get(place)
    const column = typeof fate === 'string' ? 'l' : fate[0]
    if (!columns.has(column)) columns.set(column, await textsOf(weir, policy, column))
    const texts = columns.get(column)!
    if (typeof fate === 'string') {
      assert.deepEqual([letter?.code, texts.has(place)], [fate, false], what)
      assert.ok(letter!.value === String(value ?? ''), `${what}: the letter has another value`)
    } else {
      assert.deepEqual([letter, texts.has(place)], [undefined, true], what)
      assert.ok(texts.get(place) === fate[1], `${what}: ${texts.get(place)?.slice(0, 60)}`)
    }
  }
}

function isFate(fates: Case[1]): fates is Fate {
  return typeof fates === 'string' || Array.isArray(fates)
}

/** A column of all rows, as text by place. */
async function textsOf(
  weir: RestartableWeir,
  table: string,
  column: string,
): Promise<ReadonlyMap<string, string | null>> {
  const rows = await sqlOf<{ place: string; found: string | null }>(
    weir,
    `select _source_partition || '/' || _offset as place, ${column}::text as found from ${table}`,
  )
  const texts = new Map(rows.map(({ place, found }) => [place, found]))
  assert.equal(texts.size, rows.length, 'no place twice')
  return texts
}

async function lettersOf(weir: RestartableWeir, delivery: string): Promise<ReadonlyMap<string, Letter>> {
  const found = new Map<string, Letter>()
  for (let after = ''; ;) {
    const page = await fetch(
      `http://127.0.0.1:${weir.ports.http}/api/v1/dead-letters?delivery=${delivery}&limit=50${after && `&after=${encodeURIComponent(after)}`}`,
    )
    const { items, next } = (await page.json()) as { items: readonly Letter[]; next: string | null }
    for (const letter of items) found.set(`${letter.partition}/${letter.offset}`, letter)
    if (next === null) return found
    after = next
  }
}
