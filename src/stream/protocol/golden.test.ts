import assert from 'node:assert/strict'
import { test } from 'node:test'
import { goldenExchanges } from '../../../test/support/golden-exchanges.ts'
import { readRequestHeader } from './header.ts'
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from './messages.ts'
import { produceApi } from './apis/produce.ts'
import { BatchBuilder, setProducer } from './records/batch-builder.ts'
import { batchField, compressionOf, hasValidChecksum, placeBatch, readBatchHeader } from './records/batch-header.ts'
import { readHeaders } from './records/headers.ts'
import { openRecords } from './records/record-cursor.ts'
import { apiOfKey } from './registry.ts'

for (const file of new Set(goldenExchanges.map((exchange) => exchange.file))) {
  void test(`what ${file} recorded is read and written back to the same bytes`, () => {
    for (const exchange of goldenExchanges.filter((one) => one.file === file)) {
      const { key, version, clientId, request, response } = exchange
      const what = `${exchange.name} v${version}`
      const api = apiOfKey(key)
      assert.ok(api, what)
      const header = readRequestHeader(request)
      assert.deepEqual([header.apiKey, header.apiVersion, header.clientId], [key, version, clientId])
      const { body, headerTags, leftOver } = decodeRequest(api, request, header)
      const again = unframed(encodeRequest(api, { ...header, headerTags }, body))
      assert.deepEqual(Buffer.concat([again, leftOver]), request, `${what} request`)
      // Only librdkafka leaves something over, and only there.
      assert.ok(leftOver.length === 0 || (key === 3 && clientId === 'rdkafka'), `${what} left over`)
      if (response.length === 0) continue
      const answer = decodeResponse(api, version, response)
      assert.equal(answer.correlationId, header.correlationId)
      const written = encodeResponse(api, { apiVersion: version, ...answer }, answer.body)
      assert.deepEqual(unframed(written), response, `${what} response`)
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
  for (const { request } of goldenExchanges.filter(({ key }) => key === produceApi.key)) {
    const { body } = decodeRequest(produceApi, request, readRequestHeader(request))
    for (const { partitionData } of body.topicData) yield* partitionData.flatMap(({ records }) => records ?? [])
  }
}

function unframed(buffers: readonly Buffer[]): Buffer {
  const whole = Buffer.concat(buffers)
  assert.equal(whole.readInt32BE(0), whole.length - 4)
  return whole.subarray(4)
}
