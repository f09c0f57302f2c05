import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countingFiles } from '../../../../test/support/counting-files.ts'
import { batchOf, createPartitionFolder, valuesFrom } from '../../../../test/support/partition-folder.ts'
import { waitUntil } from '../../../../test/support/wait-until.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { createSegmentFiles } from './segment-files.ts'

const segmentBytes = 100
const count = 80

void test('however many segments there are and are read, few files are open, also after a restart', async () => {
  using folder = createPartitionFolder()
  const disk = countingFiles(nodeFiles)
  const options = { files: disk.files, segmentBytes, segmentsOpenMax: 4 }
  let log = await folder.open(options)
  for (let at = 0; at < count; at++) await log.append(batchOf([`value ${at}`.padEnd(60)]))
  assert.equal(folder.segments().length, count)
  await log.close()
  log = await folder.open({ ...options, recoveryPoint: count })
  // Readers at eight places at the same time.
  const places = Array.from({ length: 8 }, (_, at) => (at * count) / 8)
  const read = await Promise.all(places.map((from) => valuesFrom(log, from, from + count / 8)))
  assert.equal(read.flat().length, count)
  // Four that are kept, the active one, eight in use, and the two of a seal.
  assert.ok(disk.openMost <= 4 + 1 + 8 + 2, `${disk.openMost} files were open`)
  await waitUntil('crowded out files are closed', () => disk.open <= 5)
  await log.close()
  await waitUntil('all files are closed', () => disk.open === 0)
})

void test('a segment that retention removes under a reader is readable until that read is done', async () => {
  using folder = createPartitionFolder()
  const disk = countingFiles(nodeFiles)
  const log = await folder.open({ files: disk.files, segmentBytes })
  for (let at = 0; at < 5; at++) await log.append(batchOf([`value ${at}`.padEnd(60)]))
  const reads = Array.from({ length: 20 }, () => log.read(0, 1000, true))
  log.planStart(3).take()
  await log.removeOutdated()
  for (const bytes of await Promise.all(reads)) assert.ok(bytes.includes('value 0'))
  assert.equal(folder.segments().length, 2)
  await assert.rejects(log.read(0, 1000, true), { errorName: 'OFFSET_OUT_OF_RANGE' })
  await waitUntil('the removed file is closed', () => disk.open === 1)
  await log.close()
})

void test('a file that cannot be opened is tried again by the next reader', async () => {
  let broken = true
  const files = createSegmentFiles(
    {
      ...nodeFiles,
      open: (path, mode) => (broken ? Promise.reject(new Error('EMFILE')) : nodeFiles.open(path, mode)),
    },
    2,
  )
  const readByte = (): Promise<number> => files.use(import.meta.filename, (file) => file.read(Buffer.alloc(1), 0))
  await assert.rejects(readByte(), /EMFILE/)
  broken = false
  assert.equal(await readByte(), 1)
  await files.forget(import.meta.filename)
})
