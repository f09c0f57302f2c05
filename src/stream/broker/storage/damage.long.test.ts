import assert from 'node:assert/strict'
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { pino } from 'pino'
import { batchOf, createPartitionFolder, takeStart, valuesFrom } from '../../../../test/support/partition-folder.ts'
import type { Logger } from '../../../kernel/logger.ts'
import { batchHeaderBytes, hasValidChecksum } from '../../protocol/records/batch-header.ts'
import { batchesIn, openRecords } from '../../protocol/records/record-cursor.ts'
import type { PartitionLog } from './partition-log.ts'

const batchBytes = batchOf(['v0']).bytes.length
const corrupt = (message: RegExp) => ({ errorName: 'CORRUPT_MESSAGE', message })

function collectingLogger(): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = []
  return { lines, logger: pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) }) }
}

void test('INV-L1, INV-L2: damage beyond the last checkpoint is no torn tail when acknowledged batches follow: nothing is cut', async () => {
  using folder = createPartitionFolder()
  let log = await folder.open()
  for (let at = 0; at < 6; at++) await log.append(batchOf([`v${at}`]))
  await log.close()
  const [file] = folder.segments() as [string]
  folder.flipByte(file, 2 * batchBytes - 1)
  const damaged = readFileSync(file)
  const { logger, lines } = collectingLogger()
  log = await folder.open({ logger })
  assert.match(log.trouble ?? '', /^WEIR-3007 test-0 is damaged from offset 1 to 2 .*delete records before offset 2$/)
  assert.match(lines.join(''), /"code":"WEIR-3007".*damaged from offset 1 to 2/)
  assert.deepEqual(await valuesFrom(log, 0, 1), ['0:v0'])
  await assert.rejects(log.read(1, 1000, true), corrupt(/WEIR-3007|damaged from offset 1 to 2/))
  assert.deepEqual(await valuesFrom(log, 2), ['2:v2', '3:v3', '4:v4', '5:v5'])
  assert.equal(await log.append(batchOf(['v6'])), 6)
  await log.close()
  assert.deepEqual(readFileSync(file), damaged)
  log = await folder.open({ recoveryPoint: 7 })
  assert.match(log.trouble ?? '', /damaged from offset 1 to 2/)
  assert.equal((await valuesFrom(log, 2)).at(-1), '6:v6')
  await log.close()
})

void test('INV-L3: several places, the first batch among them, and a length that leads nowhere', async () => {
  using folder = createPartitionFolder()
  let log = await folder.open()
  for (let at = 0; at < 9; at++) await log.append(batchOf([`v${at}`]))
  await log.close()
  const [file] = folder.segments() as [string]
  folder.flipByte(file, batchBytes - 1)
  folder.flipByte(file, 4 * batchBytes + 8) // the highest byte of the length of batch 4
  folder.flipByte(file, 4 * batchBytes + 16)
  log = await folder.open()
  for (const offset of [0, 4]) await assert.rejects(log.read(offset, 1000, true), corrupt(/damaged/))
  assert.deepEqual(await valuesFrom(log, 1, 4), ['1:v1', '2:v2', '3:v3'])
  assert.deepEqual(await valuesFrom(log, 5), ['5:v5', '6:v6', '7:v7', '8:v8'])
  await log.close()
})

void test('INV-L1: a batch whose offset alone was changed, which no checksum covers, does not pass for the one behind it', async () => {
  using folder = createPartitionFolder()
  let log = await folder.open()
  for (let at = 0; at < 6; at++) await log.append(batchOf([`v${at}`]))
  await log.close()
  const [file] = folder.segments() as [string]
  const bytes = readFileSync(file)
  bytes[2 * batchBytes + 7]! ^= 1 // offset 2 becomes 3
  writeFileSync(file, bytes)
  log = await folder.open()
  await assert.rejects(log.read(2, 1000, true), corrupt(/damaged from offset 2 to 3/))
  assert.deepEqual(await valuesFrom(log, 0, 2), ['0:v0', '1:v1'])
  assert.deepEqual(await valuesFrom(log, 3), ['3:v3', '4:v4', '5:v5'])
  await log.close()
})

void test('INV-L2: a power cut may keep the end of a write and not its beginning: that is cut, for nobody was told', async () => {
  using folder = createPartitionFolder()
  let log = await folder.open()
  await log.append(batchOf(['v0']))
  // The first of these is written alone; all that come meanwhile share one sync, so nobody hears of one without the others.
  await Promise.all(['v1', 'v2', 'v3', 'v4'].map((value) => log.append(batchOf([value]))))
  await log.close()
  const [file] = folder.segments() as [string]
  folder.flipByte(file, 3 * batchBytes - 1)
  log = await folder.open()
  assert.equal(log.trouble, undefined)
  assert.deepEqual(await valuesFrom(log), ['0:v0', '1:v1'])
  assert.equal(await log.append(batchOf(['again'])), 2)
  await log.close()
})

void test('a segment that was cut short or emptied is damaged up to the next one', async () => {
  using folder = createPartitionFolder()
  let log = await folder.open({ segmentBytes: 2 * batchBytes })
  for (let at = 0; at < 6; at++) await log.append(batchOf([`v${at}`]))
  await log.close()
  const [first, second] = folder.segments() as [string, string]
  truncateSync(first, batchBytes + 10)
  writeFileSync(second, '')
  log = await folder.open({ segmentBytes: 2 * batchBytes, recoveryPoint: 6 })
  assert.match(log.trouble ?? '', /from offset 1 to 2 .*from offset 2 to 4/)
  for (const offset of [1, 2, 3]) await assert.rejects(log.read(offset, 1000, true), corrupt(/damaged/))
  assert.deepEqual(await valuesFrom(log, 4), ['4:v4', '5:v5'])
  await log.close()
})

void test('the operator gives damaged records up by deleting up to their end; the trouble is over', async () => {
  using folder = createPartitionFolder()
  let log = await folder.open()
  for (let at = 0; at < 6; at++) await log.append(batchOf([`v${at}`]))
  await log.close()
  const [file] = folder.segments() as [string]
  folder.flipByte(file, 2 * batchBytes - 1)
  log = await folder.open()
  takeStart(log, 2)
  await log.removeOutdated()
  assert.equal(log.trouble, undefined)
  assert.equal((await valuesFrom(log)).length, 4)
  await log.close()
  log = await folder.open({ startOffset: 2, recoveryPoint: 6 })
  assert.equal(log.trouble, undefined)
  assert.deepEqual(await valuesFrom(log), ['2:v2', '3:v3', '4:v4', '5:v5'])
  takeStart(log, 6)
  await log.append(batchOf(['v6']))
  await log.removeOutdated()
  assert.ok(!folder.segments().includes(file), 'the damaged file goes when nothing of it is left to read')
  await log.close()
})

void test('the operator puts the file back while the log is stopped; what came meanwhile stays', async () => {
  using folder = createPartitionFolder()
  let log = await folder.open()
  for (let at = 0; at < 4; at++) await log.append(batchOf([`v${at}`]))
  await log.close()
  const [file] = folder.segments() as [string]
  const whole = readFileSync(file)
  folder.flipByte(file, 2 * batchBytes - 1)
  log = await folder.open()
  await log.append(batchOf(['v4']))
  await log.close()
  writeFileSync(file, whole)
  log = await folder.open({ recoveryPoint: 5 })
  assert.equal(log.trouble, undefined)
  assert.deepEqual(await valuesFrom(log), ['0:v0', '1:v1', '2:v2', '3:v3', '4:v4'])
  await log.close()
})

void test('the search for a time answers the damage when the record may lie in it', async () => {
  using folder = createPartitionFolder()
  let log = await folder.open()
  for (let at = 0; at < 6; at++) await log.append(batchOf([`v${at}`], { timestamp: 1000 + at * 10 }))
  await log.close()
  folder.flipByte(folder.segments()[0]!, 3 * batchBytes - 1)
  log = await folder.open()
  assert.equal((await log.findByTime(1010))?.offset, 1)
  assert.equal((await log.findByTime(1020))?.offset, 2)
  assert.equal((await log.findByTime(1031))?.offset, 4)
  await log.close()
})

void test('a file that changes under a running log is refused, said in the log once, and shown', async () => {
  using folder = createPartitionFolder()
  const { logger, lines } = collectingLogger()
  const log = await folder.open({ logger })
  for (let at = 0; at < 4; at++) await log.append(batchOf([`v${at}`]))
  folder.flipByte(folder.segments()[0]!, 2 * batchBytes + 16)
  for (const _again of [1, 2]) await assert.rejects(log.read(2, 1000, true), corrupt(/holds no batch at byte/))
  assert.deepEqual(await valuesFrom(log, 0, 2), ['0:v0', '1:v1'])
  assert.match(log.trouble ?? '', /WEIR-3007/)
  assert.equal(lines.length, 1)
  rmSync(folder.segments()[0]!)
  await log.close()
})

void test('INV-L1: whatever bit of a batch head changes under a log that is open, no record is given another offset or left out', async () => {
  using folder = createPartitionFolder()
  const log = await folder.open()
  const values = Array.from({ length: 12 }, (_, at) => `v${at}`)
  for (const value of values) await log.append(batchOf([value]))
  await log.roll()
  const [file] = folder.segments() as [string]
  const whole = readFileSync(file)
  for (let bit = 0; bit < batchHeaderBytes * 8; bit++) {
    const bytes = Buffer.from(whole)
    bytes[5 * batchBytes + (bit >> 3)]! ^= 1 << (bit & 7)
    writeFileSync(file, bytes)
    for (const [offset, value] of values.entries())
      assert.ok(['refused', value].includes(await valueAt(log, offset)), `offset ${offset}, bit ${bit}`)
  }
  await log.close()
})

/** What a consumer gets at an offset. */
async function valueAt(log: PartitionLog, offset: number): Promise<string> {
  const bytes = await log.read(offset, 1000, true).catch((error: unknown) => {
    assert.equal((error as { errorName?: string }).errorName, 'CORRUPT_MESSAGE')
    return undefined
  })
  for (const { at, header } of bytes ? batchesIn(bytes) : []) {
    if (!hasValidChecksum(bytes!, at, header.byteLength)) return 'refused'
    const records = openRecords(bytes!, at, header)
    while (records.next())
      if (records.offset === offset) return records.buffer.toString('utf8', records.valueStart, records.valueEnd)
  }
  return bytes ? 'left out' : 'refused'
}
