import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { fakeTopics } from '../../../../test/support/fake-topics.ts'
import { createGroupDesk } from '../../../../test/support/group-desk.ts'
import { placeIn } from '../../../../test/support/state-place.ts'
import { countingFiles } from '../../../../test/support/counting-files.ts'
import type { Files } from '../../../kernel/files/files.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { silentLogger } from '../../../kernel/logger.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { encodeSubscription } from '../../protocol/consumer-protocol.ts'
import { createStorage } from '../storage/storage-services.ts'
import type { CommittedOffsets } from './committed-offsets.ts'
import { realTimeAndChance } from './coordinator.ts'
import { expireOffsets } from './expire-offsets.ts'
import { openGroups, type Groups } from './groups.ts'

const dayMs = 86_400_000
let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'weir-offsets-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function open({ files = nodeFiles as Files, now = (): number => 0 } = {}): Promise<Groups> {
  const clock = { ...systemClock, now }
  const limits = { segmentsOpenMax: 4, writtenFilesOpenMax: 4, indexBytesMax: 1e6, overlapBytesMin: 1e6 }
  const services = createStorage({ files, clock, logger: silentLogger }, limits)
  return openGroups(placeIn(folder), services, {
    ...realTimeAndChance,
    clock,
    logger: silentLogger,
    topics: fakeTopics(),
    limits: createGroupDesk().limits,
  })
}

const at = (offset: number) => ({ offset, leaderEpoch: 0, metadata: null })
const commitOne = (offsets: CommittedOffsets, group: string, partition: number, offset: number): Promise<void> =>
  offsets.commit(group, [{ topic: 'orders', partition, committed: at(offset) }])
const offsetOf = (offsets: CommittedOffsets, group: string, partition = 0): number | undefined =>
  offsets.get({ group, topic: 'orders', partition })?.offset
const bytesOnDisk = (): number => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)

void test('30,000 commits leave a small log, a start reads no more than it, and no commit is lost', async () => {
  // The disk's syncs are another test's; here they would only take time.
  const unsynced: Files = {
    ...nodeFiles,
    syncDirectory: async () => {},
    open: async (path, mode) => ({ ...(await nodeFiles.open(path, mode)), sync: async () => {} }),
  }
  let opened = await open({ files: unsynced })
  const [groups, partitions, rounds] = [10, 10, 300]
  let bytesMost = 0
  for (let round = 1; round <= rounds; round++) {
    const commits: Promise<void>[] = []
    for (let group = 0; group < groups; group++)
      for (let partition = 0; partition < partitions; partition++)
        commits.push(commitOne(opened.offsets, `group ${group}`, partition, round))
    await Promise.all(commits)
    bytesMost = Math.max(bytesMost, bytesOnDisk())
  }
  await opened.close()
  // One commit is about 120 bytes: 3.6 MB were written.
  assert.ok(bytesMost < 2_000_000, `${bytesMost} bytes at most`)
  const disk = countingFiles(nodeFiles)
  opened = await open({ files: disk.files })
  assert.ok(disk.bytesRead < 2_000_000, `a start read ${disk.bytesRead} bytes`)
  for (let group = 0; group < groups; group++)
    for (let partition = 0; partition < partitions; partition++)
      assert.equal(offsetOf(opened.offsets, `group ${group}`, partition), rounds)
  await opened.close()
})

void test('a crash at any call of a compaction loses no commit', async () => {
  const metadata = 'm'.repeat(40_000)
  const fill = async (offsets: CommittedOffsets, committed: Map<number, number>): Promise<void> => {
    for (let round = 1; round <= 80; round++) {
      await offsets.commit('g', [{ topic: 'orders', partition: round % 3, committed: { ...at(round), metadata } }])
      committed.set(round % 3, round)
    }
  }
  for (let dieAt = 0; dieAt < 8; dieAt++) {
    const committed = new Map<number, number>()
    let calls = 0
    const crash = async (): Promise<void> => {
      // Calls that change names or files, from the beginning of the compaction on.
      if (calls++ >= dieAt) throw new Error('dead')
    }
    const mortal: Files = {
      ...nodeFiles,
      remove: async (path) => (await crash(), nodeFiles.remove(path)),
      rename: async (from, to) => (await crash(), nodeFiles.rename(from, to)),
      syncDirectory: async (path) => {
        if (committed.size > 0) await crash()
        await nodeFiles.syncDirectory(path)
      },
    }
    const mortalGroups = await open({ files: mortal })
    await fill(mortalGroups.offsets, committed).catch(() => undefined)
    await mortalGroups.close().catch(() => undefined)
    assert.ok(calls > dieAt, 'it died in a compaction')
    const again = await open()
    for (const [partition, offset] of committed)
      assert.ok(offsetOf(again.offsets, 'g', partition)! >= offset, `died at call ${dieAt}`)
    await again.close()
    rmSync(folder, { recursive: true })
  }
})

void test('damage costs the commits in it, not the start', async () => {
  let opened = await open()
  for (let partition = 0; partition < 5; partition++) await commitOne(opened.offsets, 'g', partition, 7)
  await opened.close()
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.log')) as [string]
  const bytes = readFileSync(join(folder, file))
  bytes[Math.floor(bytes.length / 5) - 1]! ^= 1
  writeFileSync(join(folder, file), bytes)
  opened = await open()
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((partition) => offsetOf(opened.offsets, 'g', partition)),
    [undefined, 7, 7, 7, 7],
  )
  await opened.close()
})

const joining = {
  memberId: '',
  groupInstanceId: null,
  clientId: 'c',
  clientHost: '',
  sessionTimeoutMs: 1_000_000,
  rebalanceTimeoutMs: 1_000_000,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: encodeSubscription({ topics: ['orders'] }, 0) }],
  mustKnowId: false,
  maySkipAssignment: false,
}

async function joinAlone(groups: Groups, groupId: string): Promise<string> {
  const { memberId } = await groups.join(groupId, joining)
  const generation = { generationId: 1, protocolType: null, protocolName: null }
  await groups.sync(groupId, { memberId, groupInstanceId: null, ...generation, assignments: [] })
  return memberId
}

void test('offsets are forgotten the time after the commit or the last member, also over a kill; with members, what none subscribes', async () => {
  let now = 0
  let groups = await open({ now: () => now })
  const memberId = await joinAlone(groups, 'alive')
  for (const group of ['alive', 'idle']) await commitOne(groups.offsets, group, 0, 5)
  await groups.offsets.commit('alive', [{ topic: 'visits', partition: 0, committed: at(6) }])
  const days = async (until: number): Promise<void> => {
    for (; now < until * dayMs; now += dayMs) await expireOffsets(groups, 7 * dayMs, now)
  }
  await days(7)
  assert.deepEqual(groups.offsets.groups(), ['alive', 'idle'])
  await days(8)
  assert.deepEqual(groups.ids(), ['alive'])
  assert.deepEqual([offsetOf(groups.offsets, 'alive'), groups.offsets.of('alive').length], [5, 1])
  await groups.close()
  groups = await open({ now: () => now })
  await days(20)
  assert.deepEqual(groups.offsets.groups(), ['alive'], 'a kill ended no membership')
  await groups.leave('alive', [{ memberId, groupInstanceId: null }])
  await groups.close()
  groups = await open({ now: () => now })
  await days(27)
  assert.equal(offsetOf(groups.offsets, 'alive'), 5)
  await days(28)
  assert.deepEqual(groups.ids(), [])
  await groups.close()
})

void test('a commit that says how long it is kept is forgotten then', async () => {
  const groups = await open()
  await groups.offsets.commit('g', [{ topic: 'orders', partition: 0, committed: { ...at(5), expiresAt: dayMs } }])
  await expireOffsets(groups, 7 * dayMs, dayMs - 1)
  assert.equal(offsetOf(groups.offsets, 'g'), 5)
  await expireOffsets(groups, 7 * dayMs, dayMs)
  assert.deepEqual(groups.ids(), [])
  await groups.close()
})

void test('offsets of a transaction are pending over restarts and copies of the state, then there together or not at all', async () => {
  const producerId = 7
  const place = { group: 'g', topic: 'orders', partition: 0 }
  const pend = (offsets: CommittedOffsets, partition: number, offset: number): Promise<void> =>
    offsets.commitPending('g', producerId, [{ topic: 'orders', partition, committed: at(offset) }])
  let opened = await open()
  await commitOne(opened.offsets, 'g', 0, 1)
  await pend(opened.offsets, 0, 5)
  await pend(opened.offsets, 1, 6)
  await pend(opened.offsets, 0, 7)
  // More than once the size at which the state is written anew.
  const metadata = 'm'.repeat(4000)
  for (let round = 0; round < 700; round++)
    await opened.offsets.commit('other', [{ topic: 'orders', partition: 0, committed: { ...at(round), metadata } }])
  await opened.close()
  opened = await open()
  assert.equal(opened.offsets.isPending(place), true)
  assert.deepEqual(opened.offsets.pendingTransactions(), [{ group: 'g', producerId }])
  assert.equal(offsetOf(opened.offsets, 'g'), 1)
  await opened.offsets.endTransaction('g', producerId, true)
  assert.deepEqual([offsetOf(opened.offsets, 'g'), offsetOf(opened.offsets, 'g', 1)], [7, 6])
  await pend(opened.offsets, 0, 8)
  await pend(opened.offsets, 1, 9)
  await commitOne(opened.offsets, 'g', 1, 10)
  await opened.close()
  opened = await open()
  assert.deepEqual([offsetOf(opened.offsets, 'g'), offsetOf(opened.offsets, 'g', 1)], [7, 10])
  await opened.offsets.endTransaction('g', producerId, true)
  // What was committed outside of the transaction came later.
  assert.deepEqual([offsetOf(opened.offsets, 'g'), offsetOf(opened.offsets, 'g', 1)], [8, 10])
  await pend(opened.offsets, 0, 11)
  await opened.offsets.endTransaction('g', producerId, false)
  assert.equal(opened.offsets.isPending(place), false)
  await pend(opened.offsets, 0, 12)
  assert.ok(await opened.delete('g'))
  assert.deepEqual(opened.offsets.pendingTransactions(), [])
  await opened.close()
  opened = await open()
  assert.deepEqual([offsetOf(opened.offsets, 'g'), opened.offsets.pendingTransactions()], [undefined, []])
  await opened.close()
})
