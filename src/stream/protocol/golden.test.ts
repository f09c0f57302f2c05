import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readRequestHeader } from './header.ts'
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from './messages.ts'
import { produceApi } from './apis/produce.ts'
import { BatchBuilder, setProducer } from './records/batch-builder.ts'
import { batchField, compressionOf, hasValidChecksum, placeBatch, readBatchHeader } from './records/batch-header.ts'
import { readHeaders } from './records/headers.ts'
import { openRecords } from './records/record-cursor.ts'
import { apiOfKey } from './registry.ts'

interface Exchange {
  readonly key: number
  readonly name: string
  readonly version: number
  readonly clientId: string | null
  readonly request: string
  readonly response: string | null
}

const folder = join(import.meta.dirname, '../../../../shared/conformance/kafka/golden')

for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  void test(`what ${file} recorded is read and written back to the same bytes`, () => {
    const { exchanges } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { exchanges: Exchange[] }
    assert.ok(exchanges.length > 0)
    for (const exchange of exchanges) {
      const what = `${exchange.name} v${exchange.version}`
      const api = apiOfKey(exchange.key)
      assert.ok(api, what)
      const request = Buffer.from(exchange.request, 'hex')
      const header = readRequestHeader(request)
      assert.deepEqual([header.apiKey, header.apiVersion], [exchange.key, exchange.version])
      assert.equal(header.clientId, exchange.clientId)
      const { body, headerTags, leftOver } = decodeRequest(api, request, header)
      const again = unframed(encodeRequest(api, { ...header, headerTags }, body))
      assert.equal(again + leftOver.toString('hex'), exchange.request, `${what} request`)
      // Only librdkafka leaves something over, and only there.
      assert.ok(leftOver.length === 0 || (exchange.key === 3 && header.clientId === 'rdkafka'), `${what} left over`)
      if (!exchange.response) continue
      const answer = decodeResponse(api, exchange.version, Buffer.from(exchange.response, 'hex'))
      assert.equal(answer.correlationId, header.correlationId)
      const written = encodeResponse(api, { apiVersion: exchange.version, ...answer }, answer.body)
      assert.equal(unframed(written), exchange.response, `${what} response`)
    }
  })
}

void test('recorded batches have the checksum that we compute, and built anew are the same bytes', () => {
  let seen = 0
  for (const batch of producedBatches()) {
    const header = readBatchHeader(batch)
    assert.ok(header)
    assert.ok(hasValidChecksum(batch, 0, header.byteLength))
    const cursor = openRecords(batch, 0, header)
    const builder = new BatchBuilder()
    while (cursor.next()) {
      const part = (start: number, end: number) => (start < 0 ? null : cursor.buffer.subarray(start, end))
      const { keyStart, keyEnd, valueStart, valueEnd } = cursor
      builder.append(part(valueStart, valueEnd), part(keyStart, keyEnd), cursor.timestamp, readHeaders(cursor))
    }
    assert.equal(builder.recordCount, header.recordCount)
    seen++
    if (compressionOf(header.attributes) !== 'none') continue
    const again = builder.finish('none', header)
    again.writeInt16BE(header.attributes, batchField.attributes)
    setProducer(again, header)
    placeBatch(again, 0, header.baseOffset, header.leaderEpoch)
    assert.deepEqual(again, batch)
  }
  assert.ok(seen > 10, `${seen} batches`)
})

function* producedBatches(): Generator<Buffer> {
  for (const file of readdirSync(folder)) {
    const { exchanges } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { exchanges: Exchange[] }
    for (const exchange of exchanges.filter(({ key }) => key === produceApi.key)) {
      const frame = Buffer.from(exchange.request, 'hex')
      const { body } = decodeRequest(produceApi, frame, readRequestHeader(frame))
      for (const { partitionData } of body.topicData) yield* partitionData.flatMap(({ records }) => records ?? [])
    }
  }
}

function unframed(buffers: readonly Buffer[]): string {
  const whole = Buffer.concat(buffers)
  assert.equal(whole.readInt32BE(0), whole.length - 4)
  return whole.toString('hex', 4)
}
