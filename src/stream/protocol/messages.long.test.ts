import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { goldenExchanges } from '../../../test/support/golden-exchanges.ts'
import { frameDamage, mutateFrame } from '../../../test/support/mutate-frame.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { apiVersionsApi } from './apis/api-versions.ts'
import { fetchApi } from './apis/fetch.ts'
import type { AnyField, Shape } from './field.ts'
import { readRequestHeader } from './header.ts'
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from './messages.ts'
import { apiOfKey, apis } from './registry.ts'
import { advertisedVersions, servedVersions } from './versions.ts'

void test('what is written is read again, for every API in every version', () => {
  let seen = 0
  for (const api of apis)
    for (let apiVersion = api.versions.min; apiVersion <= api.versions.max; apiVersion++) {
      const header = { apiVersion, correlationId: 77, clientId: 'tester' }
      fc.assert(
        fc.property(valueOf(api.request, apiVersion), valueOf(api.response, apiVersion), (request, response) => {
          seen++
          const asked = frameOf(encodeRequest(api, header, request))
          const read = decodeRequest(api, asked, readRequestHeader(asked))
          assert.equal(read.leftOver.length, 0)
          assertHas(read.body, request)
          const answered = decodeResponse(api, apiVersion, frameOf(encodeResponse(api, header, response)))
          assert.equal(answered.correlationId, 77)
          assertHas(answered.body, response)
        }),
        { numRuns: 5 },
      )
    }
  assert.ok(seen > 500, `${seen} messages`)
})

void test('mutated frames are read or refused as corrupt, in bounded time and memory', () => {
  assert.ok(goldenExchanges.length > 100)
  const before = process.memoryUsage().arrayBuffers
  fc.assert(
    fc.property(fc.constantFrom(...goldenExchanges), frameDamage, ({ key, version, request, response }, damage) => {
      const api = apiOfKey(key)!
      const broken = mutateFrame(request, damage, true)
      onlyCorrupt(() => decodeRequest(api, broken, readRequestHeader(broken)))
      onlyCorrupt(() => decodeResponse(api, version, mutateFrame(response, damage, false)))
    }),
    { numRuns: 20_000 },
  )
  assert.ok(process.memoryUsage().arrayBuffers - before < 200_000_000)
})

void test('a length that announces more than there is allocates nothing', () => {
  const frame = Buffer.alloc(30, 0xff)
  frame.writeInt32BE(0x7fffffff, 10)
  for (const { versions, key } of apis)
    for (let version = versions.min; version <= versions.max; version++)
      onlyCorrupt(() => decodeResponse(apiOfKey(key)!, version, frame))
})

void test('tagged fields that nobody here knows are kept', () => {
  const unknownTags = [{ tag: 99, data: Buffer.from('later') }]
  const header = { apiVersion: 3, correlationId: 1, clientId: null }
  const frame = frameOf(encodeRequest(apiVersionsApi, header, { clientSoftwareName: 'x', unknownTags }))
  const { body } = decodeRequest(apiVersionsApi, frame, readRequestHeader(frame))
  assert.deepEqual(body.unknownTags, unknownTags)
})

void test('an answer to Fetch is not copied', () => {
  const records = Buffer.alloc(100_000, 7)
  const response = { responses: [{ partitions: [{ records }] }] }
  const buffers = encodeResponse(fetchApi, { apiVersion: 12, correlationId: 1 }, response)
  assert.ok(buffers.includes(records))
})

void test('a partition of which nothing is read has no bytes of records: older clients take no null', () => {
  const partition = { partitionIndex: 0, errorCode: 29, highWatermark: -1 }
  const body = {
    throttleTimeMs: 0,
    errorCode: 0,
    sessionId: 0,
    responses: [{ topic: 'denied', partitions: [partition] }],
  }
  for (let version = fetchApi.versions.min; version <= 12; version++) {
    const frame = frameOf(encodeResponse(fetchApi, { apiVersion: version, correlationId: 1 }, body))
    const { responses } = decodeResponse(fetchApi, version, frame).body
    assert.deepEqual(responses[0]!.partitions[0]!.records, Buffer.alloc(0), `version ${version}`)
  }
})

void test('the versions that are served are in the table', () => {
  for (const [key, { min, max }] of servedVersions) {
    const api = apiOfKey(key)
    assert.ok(api && min >= api.versions.min && max <= api.versions.max && min <= max, `key ${key}`)
  }
  assert.deepEqual(advertisedVersions()[0], { apiKey: 0, minVersion: 0, maxVersion: servedVersions.get(0)!.max })
})

function onlyCorrupt(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    assert.ok(error instanceof WeirError && error.code === 'WEIR-3001', String(error))
  }
}

function frameOf(buffers: readonly Buffer[]): Buffer {
  return Buffer.concat(buffers).subarray(4)
}

/** Any values for the fields that the version has. */
function valueOf(shape: Shape, version: number): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(shape).filter(([, { versions }]) => version >= versions.min && version <= versions.max)
  return fc.record(Object.fromEntries(fields.map(([name, field]) => [name, fieldValue(field, version)])), {
    noNullPrototype: true,
  })
}

function fieldValue(field: AnyField, version: number): fc.Arbitrary<unknown> {
  const value = plainValue(field, version)
  const isNullable = field.nullable && version >= field.nullable.min && version <= field.nullable.max
  return isNullable ? fc.option(value) : value
}

function plainValue({ type }: AnyField, version: number): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'array':
      return fc.array(fieldValue(type.element, version), { maxLength: 3 })
    case 'struct':
      return valueOf(type.shape, version)
    case 'bool':
      return fc.boolean()
    case 'int8':
      return fc.integer({ min: -128, max: 127 })
    case 'int16':
      return fc.integer({ min: -32768, max: 32767 })
    case 'uint16':
      return fc.integer({ min: 0, max: 65535 })
    case 'int32':
      return fc.integer()
    case 'int64':
      return fc.maxSafeInteger()
    case 'float64':
      return fc.double({ noNaN: true })
    case 'uuid':
      return fc.uuid()
    case 'string':
      return fc.string({ unit: 'binary', maxLength: 40 })
    case 'bytes':
      return fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array))
  }
}

/** Reading gives every field; those that were written must be the same. */
function assertHas(read: unknown, written: unknown): void {
  if (Array.isArray(written)) {
    assert.equal((read as unknown[]).length, written.length)
    for (const [index, item] of written.entries()) assertHas((read as unknown[])[index], item)
  } else if (written !== null && typeof written === 'object' && !Buffer.isBuffer(written)) {
    for (const [name, value] of Object.entries(written)) assertHas((read as Record<string, unknown>)[name], value)
  } else assert.deepEqual(read, written)
}
