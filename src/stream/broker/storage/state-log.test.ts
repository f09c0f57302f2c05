import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { systemClock } from '../../../kernel/clock.ts'
import type { Files } from '../../../kernel/files/files.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { silentLogger } from '../../../kernel/logger.ts'
import { placeIn } from '../../../../test/support/state-place.ts'
import type { ChangeForm } from './change-batches.ts'
import { openStateLog } from './state-log.ts'
import { createStorage } from './storage-services.ts'

void suite('log of a state', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-state-'))
  after(() => rmSync(folder, { recursive: true }))

  interface Change {
    readonly number: number
    readonly padding: string
    readonly at: number
  }
  const form: ChangeForm<Change> = {
    stored: ({ number, padding }) => Buffer.from(JSON.stringify([number, padding])),
    read(text, at) {
      const [number, padding] = JSON.parse(text) as [number, string]
      return { number, padding, at }
    },
  }

  void test('what comes in the moment in which a compaction ends goes behind what has waited for it', async () => {
    const applied: number[] = []
    const appends: Promise<void>[] = []
    let next = 1
    const append = (padding = ''): Promise<void> => {
      const number = next++
      const appended = log.append([{ number, padding, at: 0 }], () => applied.push(number))
      appends.push(appended)
      return appended
    }
    const appendInEachTick = async (ticks: number): Promise<void> => {
      for (let tick = 0; tick < ticks; tick++) {
        void append()
        await Promise.resolve()
      }
    }
    let compactions = 0
    const files: Files = {
      ...nodeFiles,
      async remove(path) {
        await nodeFiles.remove(path)
        compactions++
        // In one of these ticks it ends.
        void appendInEachTick(200)
      },
    }
    const limits = { segmentsOpenMax: 4, writtenFilesOpenMax: 4, indexBytesMax: 1e6, overlapBytesMin: 1e6 }
    const services = createStorage({ files, clock: systemClock, logger: silentLogger }, limits)
    const memory = { name: 'a state', whenLost: 'It is gone.', form, load: () => undefined, state: () => [] }
    const log = await openStateLog<Change>(placeIn(folder), services, memory)
    while (compactions === 0) await append('p'.repeat(40_000))
    await log.settled()
    await Promise.all(appends)
    await log.close()
    assert.equal(applied.length, next - 1)
    assert.deepEqual(
      applied.filter((number, at) => number !== at + 1),
      [],
    )
  })
})
