import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadLog } from './loaded-log.ts'

/** How much memory a process had is told by Linux alone. */
const skip = process.platform === 'linux' ? false : 'needs /proc'

void test(
  'with 2,000 connections, slow readers among them, and 10,000 partitions others are served, and memory stays within the setting',
  { skip, timeout: 240_000 },
  async (context) => {
    const memoryBytes = 768_000_000
    const load = { memoryBytes, connections: 2000, slowReaders: 150, partitions: 10_000, written: 500, rounds: 40 }
    const { peakBytes, longestMs } = await loadLog(load)
    context.diagnostic(`${Math.round(peakBytes / 1e6)} MB at most, an answer within ${Math.round(longestMs)} ms`)
    assert.ok(peakBytes < memoryBytes, `${peakBytes} bytes, of ${memoryBytes}`)
  },
)
