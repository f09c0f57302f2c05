import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Files } from '../../src/kernel/files/files.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { recordFiles, type Recording } from '../support/power-cut/record-files.ts'
import { replayTo } from '../support/power-cut/replay.ts'
import { runBroker } from '../support/running-broker.ts'
import { seededRandom, type Random } from '../support/seeded-random.ts'
import { openClassicReader, openConsumerReader, type GroupReader } from './group-readers.ts'

const readers = [
  { group: 'classic-a', open: openClassicReader },
  { group: 'classic-b', open: openClassicReader },
  { group: 'consumer-a', open: openConsumerReader },
  { group: 'consumer-b', open: openConsumerReader },
] as const

interface GroupPowerCuts {
  /** Changes of each group. */
  readonly rounds: number
  readonly cuts: number
  /** Spoils the calls of the log, to see whether that is noticed. */
  readonly careless?: (files: Files) => Files
}

async function work(root: string, files: Files, recording: Recording, rounds: number): Promise<readonly GroupReader[]> {
  await using log = await runBroker({ config: { directory: root }, files })
  const working = readers.map(async ({ group, open }) => {
    const reader = await open(log.broker.port, group, () => recording.now())
    for (let round = 0; round < rounds; round++) await reader.work()
    return reader
  })
  // Awaited here: the log ends with this scope.
  return await Promise.all(working)
}

async function checkAfter(directory: string, working: readonly GroupReader[], cut: number): Promise<void> {
  await using log = await runBroker({ config: { directory } })
  for (const reader of working) await reader.check(log.broker.port, cut)
}

/** Records a log at work for groups, cuts the power at random moments, starts the log on what is left, and goes on. */
export async function cutGroupPower(seed: number, { rounds, cuts, careless }: GroupPowerCuts): Promise<void> {
  const random: Random = seededRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'weir-cut-groups-'))
  try {
    const root = join(folder, 'log')
    mkdirSync(root)
    const recording = recordFiles(nodeFiles, root)
    const working = await work(root, careless?.(recording.files) ?? recording.files, recording, rounds)
    const isCompacted = recording.history.names.some(({ kind, path }) => kind === 'remove' && path.includes('/groups/'))
    assert.ok(isCompacted, 'the log of groups was compacted in between')
    const last = recording.now()
    for (let round = 0; round < cuts; round++) {
      const cut = random.pick(last + 1)
      const into = join(folder, `cut-${round}`)
      replayTo(recording.history, cut, random.pick(2 ** 31), into)
      await checkAfter(into, working, cut)
      rmSync(into, { recursive: true })
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
