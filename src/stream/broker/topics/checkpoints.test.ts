import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { failingFiles } from '../../../../test/support/power-cut/failing-files.ts'
import { recordFiles } from '../../../../test/support/power-cut/record-files.ts'
import { replayTo } from '../../../../test/support/power-cut/replay.ts'
import { seededRandom } from '../../../../test/support/seeded-random.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import type { PartitionCheckpoint } from '../storage/partition-checkpoint.ts'
import { openCheckpoints } from './checkpoints.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'weir-checkpoints-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const at = (recoveryPoint: number): PartitionCheckpoint => ({ recoveryPoint, startOffset: 0 })
const one = (key: string, recoveryPoint: number) => new Map([[key, at(recoveryPoint)]])
const bytesOf = (name: string): number => statSync(join(folder, name)).size

void test('of ten thousand partitions only what changed is written, and all of it is known again', async () => {
  let checkpoints = await openCheckpoints(nodeFiles, folder)
  await checkpoints.save(new Map(Array.from({ length: 10_000 }, (_, index) => [`t/${index}`, at(index)])))
  const before = readFileSync(join(folder, 'checkpoints.json'))
  for (let round = 0; round < 50; round++) await checkpoints.save(one('t/7', 1_000_000 + round))
  await checkpoints.save(new Map([['t/8', null]]))
  assert.deepEqual(readFileSync(join(folder, 'checkpoints.json')), before)
  assert.ok(bytesOf('checkpoints.changes') < 10_000)
  await checkpoints.close()
  checkpoints = await openCheckpoints(nodeFiles, folder)
  assert.deepEqual(
    ['t/7', 't/8', 't/9999'].map((key) => checkpoints.of(key).recoveryPoint),
    [1_000_049, 0, 9999],
  )
  assert.equal(checkpoints.has('t/8'), false)
  await checkpoints.close()
})

void test('the file of changes does not grow without end', async () => {
  const checkpoints = await openCheckpoints(nodeFiles, folder)
  for (let round = 0; round < 200; round++)
    await checkpoints.save(new Map(Array.from({ length: 50 }, (_, index) => [`t/${index}`, at(round)])))
  assert.ok(bytesOf('checkpoints.changes') < 300_000)
  await checkpoints.close()
})

void test('a full disk fails the save, and the next one with room writes all', async () => {
  const disk = failingFiles(nodeFiles)
  let checkpoints = await openCheckpoints(disk.files, folder)
  await checkpoints.save(one('t/0', 1))
  disk.setRoom(10)
  await assert.rejects(checkpoints.save(one('t/0', 2)), { code: 'ENOSPC' })
  await assert.rejects(checkpoints.save(one('t/0', 3)), { code: 'ENOSPC' })
  disk.setRoom(Infinity)
  await checkpoints.save(one('t/1', 4))
  await checkpoints.close()
  checkpoints = await openCheckpoints(nodeFiles, folder)
  assert.deepEqual([checkpoints.of('t/0').recoveryPoint, checkpoints.of('t/1').recoveryPoint], [3, 4])
  await checkpoints.close()
})

void test('a power cut at any moment: what a save promised is there, and nothing goes back behind it', async (context) => {
  const seed = Number(process.env['WEIR_SEED'] ?? Date.now() % 1e9)
  context.diagnostic(`seed ${seed}`)
  const random = seededRandom(seed)
  const root = join(folder, 'log')
  await nodeFiles.makeDirectory(root)
  const recording = recordFiles(nodeFiles, root)
  const promised: { moment: number; round: number }[] = []
  const checkpoints = await openCheckpoints(recording.files, root)
  const padding = 'x'.repeat(5000)
  for (let round = 1; round <= 150; round++) {
    await checkpoints.save(new Map([...one('t/0', round), [padding, at(round)]]))
    promised.push({ moment: recording.now(), round })
  }
  await checkpoints.close()
  for (let cut = 0; cut < 60; cut++) {
    const moment = random.pick(recording.now() + 1)
    const into = join(folder, `cut-${cut}`)
    replayTo(recording.history, moment, random.pick(2 ** 31), into)
    const found = (await openCheckpoints(nodeFiles, into)).of('t/0').recoveryPoint
    const least = promised.findLast((one) => one.moment <= moment)?.round ?? 0
    assert.ok(found >= least && found <= least + 1, `after a cut at ${moment}: ${found}, and ${least} was promised`)
  }
})

void test('a line that is torn or garbage ends the changes; the file of before is read as it was', async () => {
  let checkpoints = await openCheckpoints(nodeFiles, folder)
  await checkpoints.save(one('t/0', 1))
  await checkpoints.save(one('t/0', 2))
  await checkpoints.close()
  appendFileSync(join(folder, 'checkpoints.changes'), 'deadbeef {"number":9,"changes":[["t/0",')
  checkpoints = await openCheckpoints(nodeFiles, folder)
  assert.equal(checkpoints.of('t/0').recoveryPoint, 2)
  await checkpoints.save(one('t/0', 3))
  await checkpoints.close()
  checkpoints = await openCheckpoints(nodeFiles, folder)
  assert.equal(checkpoints.of('t/0').recoveryPoint, 3)
  await checkpoints.close()
})
