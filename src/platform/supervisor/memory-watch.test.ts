import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { waitUntil } from '../../../test/support/wait-until.ts'
import { silentLogger } from '../../kernel/logger.ts'
import { watchMemory } from './memory-watch.ts'

void test('a process that passes its budget is ended once, with how much it took; one within it is left alone', async () => {
  const grow = `const kept = []; setInterval(() => kept.push(Buffer.alloc(10_000_000, 1)), 20)`
  const children = [grow, 'setInterval(() => undefined, 1000)'].map((program) =>
    spawn(process.execPath, ['-e', program], { stdio: 'ignore' }),
  )
  const [greedy, modest] = children as [(typeof children)[0], (typeof children)[0]]
  const reasons: string[] = []
  const watch = watchMemory(
    () =>
      children.map((child, at) => ({
        name: `child ${at}`,
        pid: child.pid!,
        bytesMax: 150_000_000,
        end: (reason: string) => (reasons.push(`${at}: ${reason}`), child.kill('SIGKILL')),
      })),
    silentLogger,
  )
  try {
    await waitUntil('the greedy one is ended', () => greedy.signalCode === 'SIGKILL')
    assert.match(reasons.join(), /^0: it took [\d.]+ MB of memory, and its budget is 150 MB$/)
    assert.equal(modest.exitCode, null)
  } finally {
    watch.stop()
    for (const child of children) {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
  }
})
