import assert from 'node:assert/strict'
import { test } from 'node:test'
import { topicConfigs } from './topics/topic-configs.ts'
import { limitsOfMemory, logMemoryBytesMin } from './memory-limits.ts'

void test('with the least memory a batch of the largest default size still comes in, and goes out', () => {
  const limits = limitsOfMemory(logMemoryBytesMin)
  const largest = Number(topicConfigs['max.message.bytes']!.default)
  assert.ok(limits.requestBytesMax > largest + 1024 * 1024, `${limits.requestBytesMax} of ${largest}`)
  assert.ok(limits.answerBytesHeldMax > largest)
})

void test('requests and answers take no more than the budget leaves', () => {
  const { requestBytesHeldMax, answerBytesHeldMax } = limitsOfMemory(1_000_000_000)
  assert.ok(requestBytesHeldMax + answerBytesHeldMax < 900_000_000)
})

void test('all that is shared out fits into the memory, and the default has room for ten thousand partitions', () => {
  const bytes = 768_000_000
  const limits = limitsOfMemory(bytes)
  assert.ok(limits.partitionsOpenMax >= 10_000)
  const states = limits.partitionsOpenMax * 7000 + limits.connectionsMax * 30_000
  assert.ok(limits.requestBytesHeldMax + limits.answerBytesHeldMax + states < bytes - 150_000_000)
})
