import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startChaosProxy } from '../support/chaos-proxy.ts'
import { eventually } from '../support/deadline.ts'
import { openS3Store, s3Server } from '../support/s3-store.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { chosenSeed } from './chosen-seed.ts'
import { checkExactlyOnce, verifies } from './exactly-once.ts'
import { keyedProject, keyedRounds } from './keyed-rounds.ts'
import { processesOf } from './process-tree.ts'
import { restartableWeir, type RestartableWeir } from './restartable-weir.ts'
import { s3Objects, s3Project } from './s3-project.ts'
import { sqlRounds, transferProject } from './sql-rounds.ts'
import { produceUniqueValues } from './unique-values.ts'

/** Slow enough that a kill hits work, and as unreliable as a bad day. */
const badDay = { 'error-rate': 0.03, 'reset-rate': 0.03, 'lost-rate': 0.04, 'truncate-rate': 0.02, latency: '5-40' }

const rounds = 6

void suite('kill -9 of who works on tables in S3', () => {
  void test('of the operator in the middle of a compaction: no row is lost or twice, and every file that a reader sees is there', async (context) => {
    const seed = chosenSeed(context)
    const random = seededRandom(seed)
    await using proxy = await startChaosProxy(s3Server().endpoint, seed, badDay)
    const { text, location } = s3Project({ endpoint: proxy.url, workers: 1 })
    await using weir = await restartableWeir('kill-operator', { project: text.replace(`age: '2 s'`, `age: '1 s'`) })
    await weir.start()
    let atWork = 0
    const values = produceUniqueValues(weir.ports.kafka, 'values', 20)
    try {
      for (let round = 0; round < rounds; round++) {
        const before = await commits(weir)
        await eventually('commits', async () => ((await commits(weir)) >= before + 2 ? true : undefined))
        const left = new Set(underWay(weir))
        let isDone = false
        const work = weir.command('compact', 'kept').finally(() => (isDone = true))
        await eventually('the compaction', () => isDone || underWay(weir).some((name) => !left.has(name)) || undefined)
        await pause(random.pick(400))
        const pid = operatorOf(weir)
        if (!isDone && pid !== undefined) process.kill(pid, 'SIGKILL')
        if ((await work).code !== 0) atWork++
        await verifies(weir)
      }
    } finally {
      await values.stop()
    }
    context.diagnostic(`${atWork} of ${rounds} were at work when they were killed`)
    assert.ok(atWork >= 2, `only ${atWork} were at work, seed ${seed}`)
    await checkExactlyOnce(weir, 'kept', values.outcome())
    const last = await weir.command('compact', 'kept')
    assert.equal(last.code, 0, last.stderr)
    await checkExactlyOnce(weir, 'kept', values.outcome())
    await verifies(weir)
    // Whatever killed ones left is named by nobody: each file of the table is there, and is of the size that it has.
    await using direct = await openS3Store()
    const { stdout } = await weir.command('table', 'files', 'kept', '--json')
    const { items } = JSON.parse(stdout) as { items: readonly { path: string; bytes: number }[] }
    assert.ok(items.length > 0)
    for (const { path, bytes } of items) {
      assert.ok(path.startsWith(location), path)
      assert.equal(await direct.store.size(path), bytes, path)
    }
  })

  void test('of engine, writer and supervisor while SQL writes: each transaction is there whole or not at all', async (context) => {
    const seed = chosenSeed(context)
    await using proxy = await startChaosProxy(s3Server().endpoint, seed, badDay)
    const project = transferProject(s3Objects({ endpoint: proxy.url }).text)
    await sqlRounds({ seed, kills: 6, say: (line) => context.diagnostic(line), project, leastAnswered: 10 })
  })

  void test('of any process of a table with a key, with compactions between: each key has its last value, once', async (context) => {
    const seed = chosenSeed(context)
    await using proxy = await startChaosProxy(s3Server().endpoint, seed, badDay)
    const project = keyedProject(s3Objects({ endpoint: proxy.url }).text)
    await keyedRounds({ seed, kills: 6, say: (line) => context.diagnostic(line), project, leastAcknowledged: 200 })
  })
})

async function commits(weir: RestartableWeir): Promise<number> {
  const { code, stdout } = await weir.command('table', 'history', 'kept', '--json')
  return code === 0 ? (JSON.parse(stdout) as { items: readonly unknown[] }).items.length : 0
}

/** Folders of files that compactions write, on their way to S3; of those that were killed too. */
function underWay(weir: RestartableWeir): readonly string[] {
  const folder = join(weir.folder, '.weir/tail/operator/compaction')
  return existsSync(folder) ? readdirSync(folder) : []
}

function operatorOf(weir: RestartableWeir): number | undefined {
  return processesOf(weir.pid()).find(({ kind }) => kind === 'operator')?.pid
}
