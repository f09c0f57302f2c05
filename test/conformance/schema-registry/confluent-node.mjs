// Two clients for Node, kafkajs's and Confluent's own: confluent-node.mjs REGISTRY BOOTSTRAP; run from the folder that has their packages.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(join(process.cwd(), 'package.json'))
const { Kafka, logLevel } = require('kafkajs')
const { SchemaRegistry, SchemaType } = require('@kafkajs/confluent-schema-registry')
const {
  SchemaRegistryClient,
  AvroSerializer,
  AvroDeserializer,
  JsonSerializer,
  JsonDeserializer,
  SerdeType,
  Compatibility,
} = require('@confluentinc/schemaregistry')

const [host, bootstrap] = process.argv.slice(2)
const run = Math.random().toString(36).slice(2, 8)
const counts = { passed: 0, failed: 0 }

async function step(name, work) {
  try {
    await work()
    counts.passed++
    console.log(`ok    ${name}`)
  } catch (error) {
    counts.failed++
    console.log(`FAIL  ${name}: ${error?.stack ?? error}`)
  }
}

const kafka = new Kafka({ clientId: 'conformance', brokers: [bootstrap], logLevel: logLevel.ERROR })

async function sendAndRead(topic, values) {
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true })
  await admin.disconnect()
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic, messages: values.map((value) => ({ value })) })
  await producer.disconnect()
  const consumer = kafka.consumer({ groupId: `g-${topic}` })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const read = []
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`only ${read.length} of ${values.length} records came`)), 30_000)
    void consumer.run({
      eachMessage: async ({ message }) => {
        read.push(message.value)
        if (read.length === values.length) {
          clearTimeout(timer)
          resolve()
        }
      },
    })
  })
  await consumer.disconnect()
  return read
}

const order = (...more) =>
  JSON.stringify({ type: 'record', name: 'Order', namespace: 'shop', fields: [{ name: 'id', type: 'long' }, ...more] })
const note = { name: 'note', type: 'string', default: '' }

await step('kafkajs: Avro through a topic, another version, an incompatible one', async () => {
  const registry = new SchemaRegistry({ host }, { retry: { retries: 0 } })
  const topic = `kjs-avro-${run}`
  const subject = `${topic}-value`
  const first = await registry.register({ type: SchemaType.AVRO, schema: order() }, { subject })
  const second = await registry.register({ type: SchemaType.AVRO, schema: order(note) }, { subject })
  assert.ok(second.id > first.id)
  assert.equal(await registry.getLatestSchemaId(subject), second.id)
  assert.equal(await registry.getRegistryId(subject, 1), first.id)
  assert.equal(await registry.getRegistryIdBySchema(subject, { type: SchemaType.AVRO, schema: order() }), first.id)
  const values = [await registry.encode(first.id, { id: 1 }), await registry.encode(second.id, { id: 2, note: 'n' })]
  const read = await sendAndRead(topic, values)
  assert.deepEqual(
    (await Promise.all(read.map((value) => registry.decode(value)))).map((each) => ({ ...each })),
    [{ id: 1 }, { id: 2, note: 'n' }],
  )
  await assert.rejects(
    registry.register({ type: SchemaType.AVRO, schema: order({ name: 'must', type: 'int' }) }, { subject }),
    /incompatible/i,
  )
})

await step('kafkajs: JSON Schema, with a reference', async () => {
  const registry = new SchemaRegistry({ host }, { retry: { retries: 0 } })
  const inner = {
    type: 'object',
    properties: { zip: { type: 'string' } },
    required: ['zip'],
    additionalProperties: false,
    $id: 'https://example.com/address.json',
  }
  await registry.register({ type: SchemaType.JSON, schema: JSON.stringify(inner) }, { subject: `kjs-address-${run}` })
  const outer = {
    type: 'object',
    properties: { home: { $ref: 'https://example.com/address.json' } },
    $id: 'https://example.com/user.json',
  }
  const references = [{ name: 'https://example.com/address.json', subject: `kjs-address-${run}`, version: 1 }]
  const { id } = await registry.register(
    { type: SchemaType.JSON, schema: JSON.stringify(outer), references },
    { subject: `kjs-user-${run}` },
  )
  const value = await registry.encode(id, { home: { zip: '10115' } })
  assert.deepEqual(await registry.decode(value), { home: { zip: '10115' } })
})

await step("Confluent's client for Node: Avro", async () => {
  const client = new SchemaRegistryClient({ baseURLs: [host] })
  const topic = `js-avro-${run}`
  await client.register(`${topic}-value`, { schemaType: 'AVRO', schema: order(note) })
  const serializer = new AvroSerializer(client, SerdeType.VALUE, { useLatestVersion: true })
  const values = [await serializer.serialize(topic, { id: 1, note: 'a' })]
  const read = await sendAndRead(topic, values)
  const deserializer = new AvroDeserializer(client, SerdeType.VALUE, {})
  assert.deepEqual({ ...(await deserializer.deserialize(topic, read[0])) }, { id: 1, note: 'a' })
  assert.deepEqual(await client.getAllVersions(`${topic}-value`), [1])
  const metadata = await client.getLatestSchemaMetadata(`${topic}-value`)
  assert.equal(metadata.version, 1)
  assert.equal(
    await client.testCompatibility(`${topic}-value`, 1, {
      schemaType: 'AVRO',
      schema: order({ name: 'must', type: 'int' }),
    }),
    false,
  )
  await client.updateCompatibility(`${topic}-value`, Compatibility.NONE)
  assert.equal(await client.getCompatibility(`${topic}-value`), 'NONE')
  assert.ok((await client.getAllSubjects()).includes(`${topic}-value`))
  assert.deepEqual(await client.deleteSubject(`${topic}-value`), [1])
})

await step("Confluent's client for Node: JSON Schema", async () => {
  const client = new SchemaRegistryClient({ baseURLs: [host] })
  const topic = `js-json-${run}`
  const schema = JSON.stringify({ type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] })
  await client.register(`${topic}-value`, { schemaType: 'JSON', schema })
  const serializer = new JsonSerializer(client, SerdeType.VALUE, { useLatestVersion: true, validate: true })
  const bytes = await serializer.serialize(topic, { id: 5 })
  assert.deepEqual(await new JsonDeserializer(client, SerdeType.VALUE, {}).deserialize(topic, bytes), { id: 5 })
  await assert.rejects(serializer.serialize(topic, { id: 'x' }))
})

console.log(`node: ${counts.passed} passed, ${counts.failed} failed`)
process.exit(counts.failed > 0 ? 1 : 0)
