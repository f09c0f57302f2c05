import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { withCompactedLake, type CompactedLake } from '../support/compacted-lake.ts'
import { serveCatalog } from '../support/served-catalog.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { chosenSeed } from './chosen-seed.ts'

const columns = [
  { name: 'id', type: 'long' },
  { name: 'part', type: 'int' },
  { name: 'text', type: 'string' },
]
const partition = [{ 'source-id': 2, name: 'part', transform: 'identity' }]
const rounds = 12
/** From the first step of a compaction to a while after its last; most kills hit one at work. */
const killedWithinMs = 400

function rows(from: number, count: number): string {
  return `SELECT i AS id, (i % 3)::INT AS part, repeat(md5(i::VARCHAR), 4) AS text FROM range(${from}, ${from + count}) t(i)`
}

/** Runs a compaction in a process of its own; killed after `killAfterMs`, if it is given. Answers what it said last. */
async function compactElsewhere({ lake }: CompactedLake, uri: string, killAfterMs?: number): Promise<string> {
  const program = join(import.meta.dirname, 'compaction-killed.ts')
  const child = spawn(process.execPath, [program, uri, `file://${lake.folder}`, join(lake.folder, 'spill')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  let last = ''
  for await (const line of createInterface({ input: child.stdout })) {
    last = line
    if (line === 'begins' && killAfterMs !== undefined) void pause(killAfterMs).then(() => child.kill('SIGKILL'))
  }
  await ended
  return last
}

void test('INV-M2, INV-M13: killed at any moment, the rewriting of manifests and compaction leave every row once and only files that nothing names', async (context) => {
  const seed = chosenSeed(context)
  const random = seededRandom(seed)
  // Commits put no manifests together, so that there are some in each round.
  const properties = { 'commit.manifest-merge.enabled': 'false' }
  await withCompactedLake(columns, { partition, properties }, async (setting) => {
    await using served = await serveCatalog(setting.lake.catalog)
    let [count, interrupted] = [0, 0]
    for (let round = 0; round < rounds; round++) {
      for (let at = 0; at < 5; at++)
        await setting.append(rows(((count += 2000), count - 2000), 2000), `weir/${count}.json`)
      const { dataFiles } = await setting.scan()
      const { location } = dataFiles[random.pick(dataFiles.length)]!
      await setting.remove([{ location, position: random.pick(20) }])
      const digest = await setting.digest()
      const said = await compactElsewhere(setting, served.uri, random.pick(killedWithinMs))
      if (said === 'begins') interrupted++
      assert.equal(await setting.digest(), digest, `seed ${seed}, round ${round}`)
    }
    assert.ok(
      interrupted > rounds / 3,
      `only ${interrupted} of ${rounds} were at work when they were killed, seed ${seed}`,
    )
    const digest = await setting.digest()
    assert.match(await compactElsewhere(setting, served.uri), /groups 0 left$/)
    const { dataFiles, deleteFiles } = await setting.scan()
    assert.deepEqual([dataFiles.length, deleteFiles.length, await setting.digest()], [3, 0, digest], `seed ${seed}`)
    for (const { location } of dataFiles) assert.ok((await setting.lake.store.size(location))! > 0)
  })
})
