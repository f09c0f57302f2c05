import assert from 'node:assert/strict'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Files } from '../../src/kernel/files/files.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { locationOf } from '../../src/storage/objects/location.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'
import { recordFiles, type Recording } from '../support/power-cut/record-files.ts'
import { replayTo } from '../support/power-cut/replay.ts'
import { seededRandom, type Random } from '../support/seeded-random.ts'

interface Written {
  readonly recording: Recording
  readonly bytes: ReadonlyMap<string, Buffer>
  /** When the store said that it is there. */
  readonly answered: ReadonlyMap<string, number>
}

/** Forty objects at the same time, some put, some taken over from other code. */
async function writeObjects(root: string, random: Random, careless: (files: Files) => Files): Promise<Written> {
  mkdirSync(root)
  const recording = recordFiles(nodeFiles, root)
  const store = openObjectStore({ roots: [root], files: careless(recording.files) })
  const written = new Map<string, Buffer>()
  const answered = new Map<string, number>()
  const writing = Array.from({ length: 40 }, async (_, at) => {
    const name = `t${at % 3}/f${at}`
    const bytes = Buffer.alloc(1 + random.pick(9000), at + 1)
    written.set(name, bytes)
    const location = locationOf(join(root, name))
    if (at % 4 === 0) {
      const found = join(root, `copied-${at}`)
      writeFileSync(found, bytes)
      await store.adopt(found, location)
    } else await store.put(location, bytes, { ifAbsent: at % 2 === 0 })
    answered.set(name, recording.now())
  })
  await Promise.all(writing)
  return { recording, bytes: written, answered }
}

function checkAfter({ recording, bytes, answered }: Written, cut: number, seed: number, into: string): void {
  replayTo(recording.history, cut, seed, into)
  for (const [name, moment] of answered) {
    if (moment <= cut) assert.ok(existsSync(join(into, name)), `${name} was answered and is gone (cut ${cut})`)
  }
  for (const path of globSync('t*/f*', { cwd: into })) {
    assert.deepEqual(readFileSync(join(into, path)), bytes.get(path), `${path} is torn (cut ${cut})`)
  }
  rmSync(into, { recursive: true })
}

/** Cuts the power at random moments of a store at work; `careless` spoils its calls, to see whether that is noticed. */
export async function cutObjectPower(
  seed: number,
  cuts: number,
  careless: (files: Files) => Files = (files) => files,
): Promise<void> {
  const random = seededRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'weir-cut-objects-'))
  try {
    const written = await writeObjects(join(folder, 'lake'), random, careless)
    for (let round = 0; round < cuts; round++) {
      const cut = random.pick(written.recording.now() + 1)
      checkAfter(written, cut, random.pick(2 ** 31), join(folder, `cut-${round}`))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
