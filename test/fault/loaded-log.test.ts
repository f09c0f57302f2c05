import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logMemoryBytesMin } from '../../src/stream/broker/memory-limits.ts'
import { loadLog, type Load } from './loaded-log.ts'

/** How much memory a process had is told by Linux alone. */
const skip = process.platform === 'linux' ? false : 'needs /proc'
const stallMs = 120_000

const loads: Readonly<Record<string, Load>> = {
  'with 2,000 connections, clients among them that neither read nor end what they send, and 10,000 partitions': {
    memoryBytes: 768_000_000,
    connections: 2000,
    slowReaders: 150,
    slowWriters: 40,
    partitions: 10_000,
    written: 500,
    rounds: 40,
    stallMs,
  },
  'with the least memory, and more partitions written to than it has room for': {
    memoryBytes: logMemoryBytesMin,
    connections: 1000,
    slowReaders: 75,
    slowWriters: 20,
    partitions: 5000,
    written: 4500,
    rounds: 20,
    stallMs,
  },
}

for (const [name, load] of Object.entries(loads))
  void test(
    `${name} others are served while none is let go, and memory stays within the setting`,
    { skip, timeout: 240_000 },
    async (context) => {
      const { peakBytes, longestMs } = await loadLog(load)
      context.diagnostic(`${Math.round(peakBytes / 1e6)} MB at most, an answer within ${Math.round(longestMs)} ms`)
      assert.ok(peakBytes < load.memoryBytes, `${peakBytes} bytes, of ${load.memoryBytes}`)
      assert.ok(longestMs < stallMs / 4, `an answer after ${longestMs} ms`)
    },
  )
