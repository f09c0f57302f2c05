import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { eventually } from '../support/deadline.ts'
import { startChaosProxy } from '../support/chaos-proxy.ts'
import { openS3Store, s3Server } from '../support/s3-store.ts'
import { chosenSeed } from './chosen-seed.ts'
import { checkExactlyOnce, verifies } from './exactly-once.ts'
import { killRounds } from './kill-rounds.ts'
import { restartableWeir, type RestartableWeir } from './restartable-weir.ts'
import { s3Project } from './s3-project.ts'
import { sqlOf, timesById } from './sql-of.ts'
import { produceUniqueValues } from './unique-values.ts'

interface History {
  readonly items: readonly { readonly id: string }[]
}

async function answerOf<Answer>(weir: RestartableWeir, ...words: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await weir.command(...words, '--json')
  assert.equal(code, 0, `weir ${words.join(' ')}: ${stdout}${stderr}`)
  return JSON.parse(stdout) as Answer
}

/** Produces for a while, until more snapshots than `more` have come. */
async function produce(weir: RestartableWeir, more: number) {
  const count = async () => (await answerOf<History>(weir, 'table', 'history', 'kept')).items.length
  const before = await count()
  const values = produceUniqueValues(weir.ports.kafka, 'values', 20)
  try {
    await eventually(`${more} more snapshots`, async () => ((await count()) >= before + more ? true : undefined))
  } finally {
    await values.stop()
  }
  return values.outcome()
}

void suite('a project whose tables lie in S3', () => {
  void test('is produced to, delivered, queried, compacted, looked at as it was, started again and proven', async () => {
    const project = s3Project()
    await using weir = await restartableWeir('on-s3', { project: project.text })
    await weir.start()
    const outcome = await produce(weir, 3)
    await checkExactlyOnce(weir, 'kept', outcome)
    await verifies(weir)

    const { items } = await answerOf<History>(weir, 'table', 'history', 'kept')
    const [was] = await sqlOf<{ n: string }>(weir, `select count(*) as n from kept at (version => ${items.at(-1)!.id})`)
    assert.ok(Number(was!.n) < outcome.sent.size, 'the first snapshot has fewer rows than the table of now')

    const run = await answerOf<{ files: number; filesAdded: number }>(weir, 'compact', 'kept')
    assert.ok(run.files > run.filesAdded && run.filesAdded > 0, JSON.stringify(run))
    await checkExactlyOnce(weir, 'kept', outcome)
    await verifies(weir)

    const status = await answerOf<{ copies: { process: string; misses: number; bytesMax: number }[] }>(weir, 'status')
    const copies = status.copies.find(({ process }) => process === 'engine')
    assert.ok(copies !== undefined && copies.misses > 0 && copies.bytesMax === 100e6, JSON.stringify(status.copies))
    const metrics = await (await fetch(`http://127.0.0.1:${weir.ports.http}/metrics`)).text()
    assert.match(metrics, /^weir_object_copies_misses_total\{process="engine"\} [1-9]/m)
    assert.match(metrics, /^weir_object_copies_max_bytes\{process="engine"\} 100000000$/m)

    await weir.stop()
    assert.deepEqual((await answerOf<{ changes: unknown[] }>(weir, 'plan')).changes, [])
    await weir.start()
    await checkExactlyOnce(weir, 'kept', outcome)
    const inFolder = readdirSync(join(weir.folder, '.weir/lake'), { recursive: true, withFileTypes: true })
    assert.deepEqual(
      inFolder.filter((entry) => entry.isFile()).map(({ name }) => name),
      [],
    )
    await using direct = await openS3Store()
    const kinds = new Set<string>()
    for await (const { location } of direct.store.list(`${project.location}/`)) kinds.add(location.split('/').at(-2)!)
    for (const kind of ['data', 'metadata', 'weir']) assert.ok(kinds.has(kind), `nothing of ${kind} is in the bucket`)

    const backup = await answerOf<{ notCovered: string[] }>(weir, 'backup', join(weir.folder, 'backup'))
    assert.deepEqual(backup.notCovered, [project.location])
  })

  void test('tables of a folder stay where they are, and so do those of a bucket: another place is refused', async () => {
    const inFolder = `import { defineProject, table } from 'weir-data'
export default defineProject({ name: 'moved', resources: [table('kept', { columns: { id: 'long' } })],
  environments: { production: { objects: '${s3Project().location}' } } })`
    await using weir = await restartableWeir('moved', { project: inFolder })
    await weir.start()
    await weir.stop()
    const planned = await weir.command('plan', '--env', 'production')
    assert.match(planned.stderr, /do not lie in s3:.*WEIR-2023/s)
    const free = ['kafka', 'postgres', 'http'].flatMap((port) => [`--${port}-port`, '0'])
    const { code, stderr } = await weir.command('up', '--env', 'production', ...free)
    assert.equal(code !== 0, true)
    assert.match(stderr, /do not lie in s3:.*public\.kept \(file:.*dataDirectory.*WEIR-2023/s)
    await weir.start()
    assert.deepEqual(await sqlOf(weir, 'select count(*)::int as n from kept'), [{ n: 0 }])
  })

  void test('8 times kill -9 of a random process: nothing acknowledged is lost, nothing is there twice', async (context) => {
    const { killed, acknowledged } = await killRounds(
      chosenSeed(context),
      8,
      (line) => context.diagnostic(line),
      s3Project().text,
    )
    context.diagnostic(`${JSON.stringify(killed)}, ${acknowledged} values acknowledged`)
    assert.ok(acknowledged > 500, `only ${acknowledged} values were acknowledged`)
  })

  void test('the same over an S3 that is slow, failing, resetting, truncating and losing answers', async (context) => {
    const seed = chosenSeed(context)
    const faults = { 'error-rate': 0.05, 'reset-rate': 0.04, 'lost-rate': 0.06, 'truncate-rate': 0.04, latency: '0-20' }
    await using proxy = await startChaosProxy(s3Server().endpoint, seed, faults)
    const { text } = s3Project({ endpoint: proxy.url })
    const { killed, acknowledged } = await killRounds(seed, 5, (line) => context.diagnostic(line), text)
    const { requests, lost, error, reset, truncate } = await proxy.counts()
    context.diagnostic(
      `${JSON.stringify(killed)}, ${acknowledged} values acknowledged; of ${requests} requests ${error} failed, ${reset} reset, ${truncate} broken off, ${lost} done without an answer`,
    )
    assert.ok(acknowledged > 300 && lost > 0 && error > 0 && reset > 0 && truncate > 0)
  })

  void test('a start while S3 does not answer takes records, and delivers them when it is back', async (context) => {
    await using proxy = await startChaosProxy(s3Server().endpoint, chosenSeed(context))
    await using weir = await restartableWeir('s3-away', {
      project: s3Project({ endpoint: proxy.url, workers: 1 }).text,
    })
    await weir.start()
    const first = await produce(weir, 1)
    await weir.stop()
    await proxy.failNext(/./, 'error', 1e9)
    await weir.start()
    const notice = /Records are taken; deliveries and queries wait for it.*WEIR-8004/
    // It is printed when all is up, a moment after the ports answer.
    await eventually('the notice', () => notice.test(weir.errors()) || undefined)
    const values = produceUniqueValues(weir.ports.kafka, 'values', 20)
    await eventually('acknowledged values', () => (values.outcome().acknowledged.size > 100 ? true : undefined))
    await values.stop()
    await proxy.failNext(/./, 'error', 0)
    const second = values.outcome()
    // Each run of the producers counts from 1: what both acknowledged is there twice.
    const both = [...first.acknowledged].filter((id) => second.acknowledged.has(id)).length
    const wanted = first.acknowledged.size + second.acknowledged.size
    await eventually(
      'all acknowledged values',
      async () => {
        const times = await timesById(weir, 'kept')
        const sum = [...times.values()].reduce((all, n) => all + n, 0)
        return sum >= wanted && [...times.values()].filter((n) => n === 2).length >= both ? true : undefined
      },
      90_000,
    )
    await verifies(weir)
  })
})
