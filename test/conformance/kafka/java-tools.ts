// `java-tools.ts BOOTSTRAP`: what people do to a cluster with Apache Kafka's own tools, step by step, each with what it must show.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { kit } from '../../../tools/conformance/kit.ts'

const [bootstrap = ''] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'weir-java-tools-'))
const run = `t${Date.now().toString(36)}`
const server = ['--bootstrap-server', bootstrap] as const
const stepMs = 120_000

/** What the tool prints; an exit code other than 0 is thrown, with what it said. */
async function java(tool: string, ...options: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(`${kit}/kafka/java.sh`, [tool, ...options], {
    timeout: stepMs,
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout
}

/** The JSON lines of a verifiable client, one for each record and some for its states. */
function events(said: string, name: string): Record<string, unknown>[] {
  return said
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((event) => event['name'] === name)
}

async function committedValues(topic: string): Promise<string[]> {
  const said = await java(
    'console-consumer',
    ...[...server, '--topic', topic, '--from-beginning', '--timeout-ms', '5000'],
    ...['--isolation-level', 'read_committed'],
  )
  return said.split('\n').filter((line) => line !== '')
}

const produced = `${run}-produced`
const copied = `${run}-copied`
const records = 2000
const copiedRecords = 600

const steps: readonly (readonly [what: string, step: () => Promise<void>])[] = [
  [
    'topics: create, describe, add partitions',
    async () => {
      await java('topics', ...server, '--create', '--topic', produced, '--partitions', '1')
      await java('topics', ...server, '--create', '--topic', copied, '--partitions', '1')
      await java('topics', ...server, '--alter', '--topic', copied, '--partitions', '3')
      assert.match(await java('topics', ...server, '--describe', '--topic', copied), /PartitionCount: 3/)
    },
  ],
  [
    'configs: set, describe, delete',
    async () => {
      const topic = ['--entity-type', 'topics', '--entity-name', produced]
      await java('configs', ...server, '--alter', ...topic, '--add-config', 'retention.ms=86400001')
      assert.match(await java('configs', ...server, '--describe', ...topic), /retention\.ms=86400001/)
      await java('configs', ...server, '--alter', ...topic, '--delete-config', 'retention.ms')
      assert.doesNotMatch(await java('configs', ...server, '--describe', ...topic), /86400001/)
      assert.match(await java('configs', ...server, '--describe', '--all', ...topic), /cleanup\.policy=delete/)
    },
  ],
  [
    'verifiable producer: every record acknowledged',
    async () => {
      const said = await java(
        'verifiable-producer',
        ...[...server, '--topic', produced, '--max-messages', String(records), '--acks', '-1'],
      )
      assert.equal(events(said, 'producer_send_success').length, records)
    },
  ],
  ...(['classic', 'consumer'] as const).map(
    (protocol) =>
      [
        `verifiable consumer with the ${protocol} group protocol: every record once`,
        async () => {
          const said = await java(
            'verifiable-consumer',
            ...[...server, '--topic', produced, '--group-id', `${run}-${protocol}`],
            ...['--group-protocol', protocol, '--max-messages', String(records), '--reset-policy', 'earliest'],
          )
          const consumed = events(said, 'records_consumed').reduce((sum, { count }) => sum + Number(count), 0)
          assert.equal(consumed, records)
          assert.ok(events(said, 'offsets_committed').some(({ success }) => success === true))
        },
      ] as const,
  ),
  [
    'consumer groups: list, describe, reset, delete offsets, delete',
    async () => {
      const group = ['--group', `${run}-classic`]
      assert.match(await java('consumer-groups', ...server, '--list'), new RegExp(`${run}-consumer`))
      assert.match(await java('consumer-groups', ...server, '--describe', ...group), new RegExp(`${records} +0 `))
      const reset = ['--reset-offsets', '--to-offset', '100', '--topic', produced, '--execute']
      assert.match(await java('consumer-groups', ...server, ...group, ...reset), /\b100\b/)
      assert.match(await java('consumer-groups', ...server, '--describe', ...group), /\b100 +2000 +1900\b/)
      await java('consumer-groups', ...server, ...group, '--delete-offsets', '--topic', produced)
      for (const name of [`${run}-classic`, `${run}-consumer`])
        assert.match(await java('consumer-groups', ...server, '--delete', '--group', name), /successful/)
      assert.doesNotMatch(await java('consumer-groups', ...server, '--list'), new RegExp(run))
    },
  ],
  [
    'transactional copier with random aborts: what is committed is there once',
    async () => {
      const said = await java(
        'txn-copier',
        ...['--broker-list', bootstrap, '--input-topic', produced, '--input-partition', '0'],
        ...['--output-topic', copied, '--max-messages', String(copiedRecords), '--consumer-group', `${run}-copier`],
        ...['--transactional-id', `${run}-copier`, '--transaction-size', '20', '--enable-random-aborts'],
      )
      assert.match(said, /"remaining":0|"remaining":"0"/)
      const input = (await committedValues(produced)).slice(0, copiedRecords)
      assert.deepEqual((await committedValues(copied)).toSorted(), input.toSorted())
    },
  ],
  [
    'transactions: list, describe, describe producers',
    async () => {
      const transactions = ['transactions', ...server] as const
      assert.match(await java(...transactions, 'list'), new RegExp(`${run}-copier`))
      const id = ['--transactional-id', `${run}-copier`]
      assert.match(await java(...transactions, 'describe', ...id), /CompleteCommit|CompleteAbort|Empty/)
      const partition = ['--topic', copied, '--partition', '0']
      assert.match(await java(...transactions, 'describe-producers', ...partition), /ProducerId/)
    },
  ],
  [
    'offsets: the end, the start, after records were deleted',
    async () => {
      const topic = [...server, '--topic', produced]
      assert.match(await java('get-offsets', ...topic, '--time', '-1'), /:0:2000/)
      const file = join(folder, 'delete.json')
      writeFileSync(file, JSON.stringify({ partitions: [{ topic: produced, partition: 0, offset: 500 }], version: 1 }))
      assert.match(await java('delete-records', ...server, '--offset-json-file', file), /low_watermark: 500/)
      assert.match(await java('get-offsets', ...topic, '--time', '-2'), /:0:500/)
    },
  ],
  [
    'log dirs, cluster id, API versions',
    async () => {
      assert.match(
        await java('log-dirs', ...server, '--describe', '--topic-list', produced),
        new RegExp(`${produced}-0`),
      )
      assert.match(await java('cluster', 'cluster-id', ...server), /Cluster ID: \S+/)
      assert.match(await java('api-versions', ...server), /Produce\(0\): 0 to \d+/)
    },
  ],
  [
    'topics: delete',
    async () => {
      for (const topic of [produced, copied]) await java('topics', ...server, '--delete', '--topic', topic)
      assert.doesNotMatch(await java('topics', ...server, '--list'), new RegExp(run))
    },
  ],
]

let failed = 0
for (const [what, step] of steps) {
  const started = performance.now()
  try {
    await step()
    console.log(`ok    java tools: ${what}, ${((performance.now() - started) / 1000).toFixed(0)} s`)
  } catch (error) {
    failed++
    const { message, stdout = '', stderr = '' } = error as Error & { stdout?: string; stderr?: string }
    console.log(`FAIL  java tools: ${what}\n${message}\n${stdout.slice(-2000)}\n${stderr.slice(-2000)}`)
  }
}
rmSync(folder, { recursive: true })
console.log(`java tools: ${steps.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
