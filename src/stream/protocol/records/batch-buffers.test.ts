import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createBatchBuffers } from './batch-buffers.ts'
import { BatchBuilder } from './batch-builder.ts'

void describe('buffers of batches', () => {
  const bufferBytes = 8_192
  const batchOf = (builder: BatchBuilder, valueBytes: number): Buffer => {
    builder.append(Buffer.alloc(valueBytes, 'v'), null, 0)
    return builder.finish()
  }

  void test('INV-K6: a buffer is used again once it was given back, and not before', () => {
    const buffers = createBatchBuffers(bufferBytes, 8)
    const builder = new BatchBuilder(bufferBytes, buffers)
    const batches = [batchOf(builder, 7_000), batchOf(builder, 7_000), batchOf(builder, 7_000)]
    assert.equal(new Set(batches.map(({ buffer }) => buffer)).size, 3)
    buffers.giveBack(batches[1]!)
    batchOf(builder, 7_000)
    assert.equal(batchOf(builder, 7_000).buffer, batches[1]!.buffer)
  })

  void test('a batch given back twice is in use once', () => {
    const buffers = createBatchBuffers(bufferBytes, 8)
    const batch = batchOf(new BatchBuilder(bufferBytes, buffers), 7_000)
    buffers.giveBack(batch)
    buffers.giveBack(batch)
    assert.notEqual(buffers.take(bufferBytes).buffer, buffers.take(bufferBytes).buffer)
  })

  void test('memory that others share is never taken, though it is as large', () => {
    const buffers = createBatchBuffers(Buffer.poolSize, 8)
    const small = batchOf(new BatchBuilder(Buffer.poolSize, buffers), 100)
    assert.equal(small.buffer.byteLength, Buffer.poolSize, 'the small batch is a part of the pool of all buffers')
    buffers.giveBack(small)
    assert.notEqual(buffers.take(Buffer.poolSize).buffer, small.buffer)
  })

  void test('no more are kept than are asked for, and a larger record has a buffer of its own', () => {
    const buffers = createBatchBuffers(bufferBytes, 1)
    const builder = new BatchBuilder(bufferBytes, buffers)
    const batches = [batchOf(builder, 7_000), batchOf(builder, 7_000), batchOf(builder, 20_000)]
    for (const batch of batches) buffers.giveBack(batch)
    assert.equal(buffers.take(bufferBytes).buffer, batches[0]!.buffer)
    assert.ok(!batches.some(({ buffer }) => buffer === buffers.take(bufferBytes).buffer))
  })
})
