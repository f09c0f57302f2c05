import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { connectKafka } from './connect.ts'
import { unreachable } from './connection.ts'
import { createFrameReader } from '../protocol/frame-reader.ts'
import { createLane } from './lane.ts'
import { createLineSplitter } from './line-splitter.ts'
import { murmur2 } from './murmur2.ts'
import { createOpenRequests } from './open-requests.ts'
import { isRefusal, refused, withRetries } from './retry.ts'
import { createWaitingNotice } from './waiting-notice.ts'

void test('murmur2 gives what the Java client gives', () => {
  const known: [string, number][] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ]
  for (const [key, hash] of known) assert.equal(murmur2(Buffer.from(key)), hash, key)
})

void test('frames come out whole, however the bytes arrive', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 4, max: 200_000 }), { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1 }),
      (lengths, pieces) => {
        const stream = Buffer.concat(
          lengths.map((length, index) => {
            const frame = Buffer.alloc(length + 4, index + 1)
            frame.writeInt32BE(length)
            return frame
          }),
        )
        const frames: Buffer[] = []
        const reader = createFrameReader(1_000_000, (frame) => frames.push(frame))
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const target = reader.target()
          const length = Math.min(pieces[turn % pieces.length]!, target.length, stream.length - at)
          stream.copy(target, 0, at, at + length)
          reader.filled(length)
          at += length
        }
        assert.deepEqual(
          frames.map((frame) => frame.length),
          lengths,
        )
        assert.ok(frames.every((frame, index) => frame.every((byte) => byte === index + 1)))
      },
    ),
    { numRuns: 30 },
  )
})

void test('a frame of a length that no answer has is refused', () => {
  const reader = createFrameReader(1_000, () => assert.fail('no frame'))
  reader.target().write('HTTP/1.1 400')
  assert.throws(() => reader.filled(12), { code: 'WEIR-3001' })
})

void test('an answer to another request ends in an error, and no request waits for ever', async () => {
  const requests = createOpenRequests('here:1')
  const waiting = requests.add(5, 60_000, () => assert.fail('not late'))
  const wrong = Buffer.alloc(8)
  wrong.writeInt32BE(6)
  assert.throws(() => requests.answer(wrong), { code: 'WEIR-3001' })
  requests.failAll(new WeirError('WEIR-3102', 'gone'))
  await assert.rejects(waiting, { code: 'WEIR-3102' })
})

void test('lines are joined across chunks', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '\n') }), fc.integer({ min: 1, max: 9 }), (text, size) => {
      const splitter = createLineSplitter()
      const parts: Buffer[] = []
      for (let at = 0; at < text.length; at += size) {
        const chunk = Buffer.from(text.slice(at, at + size))
        for (const lines of splitter.split(chunk)) {
          assert.equal(lines.at(-1), 10)
          parts.push(Buffer.from(lines))
        }
        chunk.fill(0) // a caller may use its buffer again
      }
      const rest = splitter.rest()
      const isOpen = text !== '' && !text.endsWith('\n')
      assert.equal(rest !== undefined, isOpen)
      assert.equal(Buffer.concat([...parts, ...(rest ? [rest] : [])]).toString(), isOpen ? `${text}\n` : text)
    }),
  )
})

void test('the first batch goes alone; those that failed go again in their order, and none is passed by a later one', async () => {
  const attempts: number[] = []
  const done: number[] = []
  const failures = new Set([0, 1, 2, 3])
  const finished = new Promise<void>((resolve) => {
    const lane = createLane({
      inFlightMax: 3,
      async attempt({ order }) {
        attempts.push(order)
        await Promise.resolve()
        if (failures.delete(order)) throw refused(order <= 1 ? 7 : 45, 'partition 0')
        return order * 10
      },
      find: () => assert.fail('nothing to look for'),
      onDone(batch, baseOffset) {
        done.push(baseOffset)
        if (batch.order === 4) resolve()
      },
      onFailed: (error) => assert.fail(String(error)),
    })
    for (let order = 0; order < 5; order++)
      lane.add({
        partition: 0,
        order,
        batch: Buffer.alloc(0),
        records: 1,
        bytes: 1,
        deadline: performance.now() + 60_000,
      })
  })
  await finished
  assert.deepEqual(attempts, [0, 0, 1, 2, 3, 1, 2, 3, 4])
  assert.deepEqual(done, [0, 10, 20, 30, 40])
})

void test('a batch whose answer was lost and that the broker then calls out of order is looked for in the log', async () => {
  for (const found of [70, undefined]) {
    const answers = [unreachable('here:1', 'the connection was closed'), refused(45, 'partition 0')]
    const outcome = await new Promise((resolve) => {
      const lane = createLane({
        inFlightMax: 3,
        attempt: () => Promise.reject(answers.shift()!),
        find: () => Promise.resolve(found),
        onDone: (_, baseOffset) => resolve(baseOffset),
        onFailed: resolve,
      })
      lane.add({ partition: 0, order: 0, batch: Buffer.alloc(0), records: 1, bytes: 1, deadline: Infinity })
    })
    if (found === undefined) assert.ok(isRefusal(outcome, 45))
    else assert.equal(outcome, found)
  }
})

void test('at the deadline the lane says what the broker said last, not that the time was up', async () => {
  const answers = [refused(56, 'partition 0'), unreachable('here:1', 'no answer within 1 ms')]
  const deadline = performance.now() + 30
  const error = await new Promise((resolve) => {
    const lane = createLane({
      inFlightMax: 3,
      async attempt() {
        if (answers.length === 1) while (performance.now() < deadline) await new Promise(setImmediate)
        throw answers.shift()!
      },
      find: () => assert.fail('nothing to look for'),
      onDone: () => assert.fail('nothing is done'),
      onFailed: resolve,
    })
    lane.add({ partition: 0, order: 0, batch: Buffer.alloc(0), records: 1, bytes: 1, deadline })
  })
  assert.ok(isRefusal(error, 56))
})

void test('a final refusal, or a gap that nothing explains, stops the lane', async () => {
  for (const code of [10, 45]) {
    const error = await new Promise((resolve) => {
      const lane = createLane({
        inFlightMax: 3,
        attempt: () => Promise.reject(refused(code, 'partition 0')),
        find: () => assert.fail('nothing was sent before'),
        onDone: () => assert.fail('nothing is done'),
        onFailed: resolve,
      })
      lane.add({ partition: 0, order: 0, batch: Buffer.alloc(0), records: 1, bytes: 1, deadline: Infinity })
    })
    assert.ok(error instanceof WeirError && error.code === 'WEIR-3103')
  }
})

void test('an address that is none, and one where nobody listens', async () => {
  for (const bootstrap of ['localhost', 'kafka://x:1', 'a:99999', ''])
    await assert.rejects(connectKafka({ bootstrap }), { code: 'WEIR-1003' })
  const refusing = connectKafka({ bootstrap: '127.0.0.1:1', deadlineMs: 200 })
  await assert.rejects(
    refusing,
    (error: WeirError) => error.code === 'WEIR-3102' && /127\.0\.0\.1:1/.test(error.message),
  )
})

void test('who waits for an answer hears of each failure that may pass, and for how long there has been nothing else', async () => {
  const heard: number[] = []
  let attempts = 0
  const attempt = async (): Promise<string> => {
    if (++attempts < 3) throw unreachable('here:1', 'no answer within 1 s')
    return 'done'
  }
  const answer = await withRetries('connect', 10_000, attempt, undefined, (_, failingMs) => heard.push(failingMs))
  assert.deepEqual([answer, heard.length], ['done', 2])
  assert.ok(heard[0]! < heard[1]!)
})

void test('what is refused again and again is told after some seconds, and then once a minute at most', (context) => {
  let now = 0
  context.mock.method(performance, 'now', () => now)
  const said: unknown[] = []
  const failedFor = createWaitingNotice((reason) => said.push(reason))
  const tellAt = (at: number): void => {
    now = at
    failedFor(`at ${at}`, at)
  }
  for (const at of [0, 1000, 2999, 3000, 4000, 62_000, 63_000, 64_000]) tellAt(at)
  assert.deepEqual(said, ['at 3000', 'at 63000'])
})
