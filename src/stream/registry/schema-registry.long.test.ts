import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runBroker } from '../../../test/support/running-broker.ts'
import { unsyncedFiles } from '../../../test/support/unsynced-files.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { silentLogger } from '../../kernel/logger.ts'
import { leaveRestoreNote } from '../broker/restore-note.ts'
import { connectKafka } from '../client/connect.ts'
import type { KafkaClient } from '../client/kafka-client.ts'
import { setMode, updateConfig } from './decide/change-settings.ts'
import { deleteVersion } from './decide/delete-versions.ts'
import { registerSchema, type Registered } from './decide/register-schema.ts'
import { createSchemaRegistry, type SchemaRegistry } from './schema-registry.ts'
import { batchesIn, openRecords } from '../protocol/records/record-cursor.ts'
import { readRecord, schemaKey, type RegistryRecord, type SchemaValue } from './state/registry-record.ts'
import { createRegistryState, type RegistryState } from './state/registry-state.ts'

async function withLog(run: (client: KafkaClient, open: () => SchemaRegistry) => Promise<void>): Promise<void> {
  await using broker = await runBroker({ config: { autoCreateTopics: false } })
  const client = await connectKafka({ bootstrap: broker.bootstrap, deadlineMs: 10_000 })
  const opened: SchemaRegistry[] = []
  const open = (): SchemaRegistry => {
    const registry = createSchemaRegistry({ kafka: () => Promise.resolve(client), logger: silentLogger })
    opened.push(registry)
    return registry
  }
  try {
    await run(client, open)
  } finally {
    for (const registry of opened) await registry.close()
    await client.close()
  }
}

function register(registry: SchemaRegistry, subject: string, name: string): Promise<Registered> {
  const schema = JSON.stringify({ type: 'record', name, fields: [] })
  const request = { schema, schemaType: undefined, references: [], metadata: undefined, version: 0, id: undefined }
  return registry.change((state) =>
    registerSchema(state, registry.reader, subject, request, { normalize: false, force: true }),
  )
}

function allOf(state: RegistryState): string {
  const versions = state.subjects().flatMap((subject) => state.versions(subject))
  return JSON.stringify(
    versions.map(({ subject, version, id, guid, deleted }) => [subject, version, id, guid, deleted]),
  )
}

async function allRecords(client: KafkaClient): Promise<readonly (readonly [key: Buffer, value: Buffer | null])[]> {
  const found: [key: Buffer, value: Buffer | null][] = []
  for (let offset = 0; ;) {
    const [answer] = await client.fetch({ topic: '_schemas', partitions: [{ partition: 0, offset }], waitMs: 0 })
    const { records, highWatermark } = answer!
    for (const { at, header } of batchesIn(records)) {
      const cursor = openRecords(records, at, header)
      const part = (start: number, end: number): Buffer => cursor.buffer.subarray(start, end)
      while (cursor.next())
        found.push([
          part(cursor.keyStart, cursor.keyEnd),
          cursor.valueStart < 0 ? null : part(cursor.valueStart, cursor.valueEnd),
        ])
      offset = header.baseOffset + header.lastOffsetDelta + 1
    }
    if (offset >= highWatermark) return found
  }
}

/** Made of the last record of each key. */
async function compactedState(client: KafkaClient): Promise<RegistryState> {
  const last = new Map<string, RegistryRecord>()
  for (const [key, value] of await allRecords(client)) {
    const record = readRecord(key, value)
    last.delete(String(key))
    if (record) last.set(String(key), record)
  }
  const state = createRegistryState()
  for (const record of last.values()) assert.equal(state.apply(record, 0), undefined)
  return state
}

void test('two readers of one topic come to the same, whoever of them wrote (INV-R4, R5)', async () => {
  await withLog(async (_client, open) => {
    const one = open()
    for (let at = 0; at < 5; at++) await register(one, `s${at % 2}`, `N${at}`)
    const other = open()
    assert.equal(allOf(await other.state()), allOf(await one.state()))
    await register(other, 's9', 'Last')
    assert.equal(allOf(await open().state()), allOf(await other.state()))
  })
})

void test('two that write at the same time give no id twice (INV-R2)', async () => {
  await withLog(async (_client, open) => {
    const [one, other] = [open(), open()]
    await register(one, 'first', 'First')
    await other.state()
    const registering = Array.from({ length: 30 }, (_, at) => register(at % 2 === 0 ? one : other, `s${at}`, `N${at}`))
    const outcomes = await Promise.allSettled(registering)
    const answered = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    assert.ok(answered.length > 15, `${answered.length} were answered`)
    const state = await open().state()
    for (const { subject, version, id, guid } of answered)
      assert.deepEqual(
        [state.version(subject, version)?.id, state.version(subject, version)?.guid],
        [id, guid],
        subject,
      )
    assert.equal(new Set(answered.map(({ id }) => id)).size, answered.length)
  })
})

void test('records that others put into the topic count, and those of no registry do not', async () => {
  await withLog(async (client, open) => {
    const registry = open()
    await register(registry, 'a', 'A')
    const producer = await client.createProducer({ topic: '_schemas' })
    const value: SchemaValue = { subject: 'copied', version: 3, id: 900, schema: '"string"' }
    await producer.send({ key: JSON.stringify(schemaKey('copied', 3)), value: JSON.stringify(value) })
    await producer.send({ key: 'strange', value: 'things' })
    await producer.close()
    const next = await register(registry, 'b', 'B')
    assert.equal((await registry.state()).version('copied', 3)?.id, 900)
    assert.ok(next.id > 900)
  })
})

void test('what was passed over is passed over for ever, also when compaction takes what came before it (INV-R2, R5)', async () => {
  await withLog(async (client, open) => {
    const registry = open()
    await register(registry, 'a', 'A')
    const producer = await client.createProducer({ topic: '_schemas' })
    const rival = async (subject: string, id: number, schema: string): Promise<void> => {
      const value: SchemaValue = { subject, version: 1, id, schema }
      const key = JSON.stringify(schemaKey(subject, 1))
      await producer.send({ key, value: JSON.stringify(value), timestampMs: Date.now() - 600_000 })
    }
    // Of a registry that thought the id free, and died before it took another one.
    await rival('b', 1, '"string"')
    await rival('c', 2, '"long"')
    await rival('c', 1, '"int"')
    await producer.close()
    await register(registry, 'd', 'D')
    const state = await open().state()
    assert.deepEqual(state.subjects(), ['a', 'c', 'd'])
    assert.deepEqual([state.version('c', 1)?.id, state.version('c', 1)?.value.schema], [2, '"long"'])
    assert.equal(state.repairs(Date.now()).length, 0)
    assert.equal(allOf(await compactedState(client)), allOf(state))
  })
})

void test('a topic that would lose schemas is refused by name', async () => {
  await withLog(async (client, open) => {
    await client.topics.create([{ name: '_schemas', partitions: 1 }])
    await assert.rejects(open().state(), /cleanup.policy is delete/)
    await client.topics.delete(['_schemas'])
    await client.topics.create([{ name: '_schemas', partitions: 4, configs: { 'cleanup.policy': 'compact' } }])
    await assert.rejects(register(open(), 'a', 'A'), /it has 4 partitions/)
  })
})

void test('a topic that is deleted and made again begins anew', async () => {
  await withLog(async (client, open) => {
    const registry = open()
    await register(registry, 'a', 'A')
    await client.topics.delete(['_schemas'])
    // Whoever comes first may hear that it is gone.
    await register(registry, 'b', 'B').catch(() => undefined)
    const again = await register(registry, 'b', 'B')
    assert.equal(again.version, 1)
    assert.deepEqual((await open().state()).subjects(), ['b'])
  })
})

void test('a restored log gives no id that it may have given after its backup (INV-R2)', async () => {
  await using broker = await runBroker({ config: { autoCreateTopics: false } })
  const withRegistry = async <Result>(work: (registry: SchemaRegistry) => Promise<Result>): Promise<Result> => {
    const client = await connectKafka({ bootstrap: broker.bootstrap, deadlineMs: 10_000 })
    const registry = createSchemaRegistry({ kafka: () => Promise.resolve(client), logger: silentLogger })
    return work(registry).finally(async () => {
      await registry.close()
      await client.close()
    })
  }
  await withRegistry((registry) => register(registry, 'a', 'A'))
  await broker.broker.stop()
  await leaveRestoreNote(nodeFiles, broker.directory, Date.now() - 60_000, Date.now())
  await broker.start()
  const started = performance.now()
  const next = await withRegistry((registry) => register(registry, 'a', 'B'))
  assert.deepEqual([next.id, next.version], [10_002, 2])
  assert.ok(performance.now() - started < 8000, 'nobody waits for what a hole does not have')
  assert.equal((await withRegistry((registry) => register(registry, 'a', 'C'))).id, 10_003)
})

void test(
  'compacted by the log, it says the same, and gives no id again (INV-R2, R5)',
  { timeout: 60_000 },
  async () => {
    const limits = { compactionCheckIntervalMs: 10, retentionCheckIntervalMs: 10, checkpointIntervalMs: 10 }
    await using broker = await runBroker({ config: { autoCreateTopics: false, limits }, files: unsyncedFiles })
    const client = await connectKafka({ bootstrap: broker.bootstrap, deadlineMs: 10_000 })
    const configs = {
      'cleanup.policy': 'compact',
      'internal.segment.bytes': '2000',
      'min.cleanable.dirty.ratio': '0.01',
      'delete.retention.ms': '0',
    }
    await client.topics.create([{ name: '_schemas', partitions: 1, configs }])
    const open = (): SchemaRegistry =>
      createSchemaRegistry({ kafka: () => Promise.resolve(client), logger: silentLogger })
    const [registry, other] = [open(), open()]
    for (let at = 1; at <= 30; at++) {
      const { version } = await register(registry, `s${at % 7}`, `N${at}`)
      if (at % 3 > 0) continue
      for (const permanent of [false, true])
        await registry.change((state) => deleteVersion(state, `s${at % 7}`, version, permanent))
    }
    // The largest id of all is gone for good, and what follows fills segments that can be cleaned.
    for (let at = 0; at < 60; at++) await registry.change((state) => setMode(state, 's1', 'READWRITE', true))
    await waitUntil('nothing tells of the last one any more', async () =>
      (await allRecords(client)).every(([key, value]) => !`${String(key)}${String(value)}`.includes('N30')),
    )
    assert.equal(allOf(await other.state()), allOf(await registry.state()))
    assert.equal((await register(other, 'next', 'Next')).id, 31)
    for (const each of [registry, other]) await each.close()
    await client.close()
  },
)

void test('a refusal changes nothing and holds nobody up', async () => {
  await withLog(async (_client, open) => {
    const registry = open()
    const wrong = registry.change((state) => updateConfig(state, undefined, { compatibility: 'sideways' }))
    const right = register(registry, 'a', 'A')
    await assert.rejects(wrong, /sideways/)
    assert.equal((await right).id, 1)
  })
})
