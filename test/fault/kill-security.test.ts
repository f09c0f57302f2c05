import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { connectKafka } from '../../src/stream/client/connect.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { alterClientQuotasApi } from '../../src/stream/protocol/apis/alter-client-quotas.ts'
import { describeClientQuotasApi } from '../../src/stream/protocol/apis/describe-client-quotas.ts'
import { askKafka } from '../support/ask-kafka.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { chosenSeed } from './chosen-seed.ts'

const kills = 5
const config = { security: { authorization: { superUsers: ['User:ANONYMOUS'], allowEveryoneIfNoAcl: false } } }

/** One change of each kind, numbered; each is told when it was answered. */
async function change(client: KafkaClient, port: number, number: number, told: (what: string) => void): Promise<void> {
  const name = `u${number}`
  await client.acls.create([
    {
      resourceType: 'topic',
      resource: name,
      pattern: 'literal',
      principal: `User:${name}`,
      host: '*',
      operation: 'read',
      permission: 'allow',
    },
  ])
  told(`acl ${name}`)
  await client.users.set(name, 'password')
  told(`user ${name}`)
  const entity = [{ entityType: 'user', entityName: name }]
  const ops = [{ key: 'producer_byte_rate', value: 1 + number, remove: false }]
  const { entries } = await askKafka(port, alterClientQuotasApi, 1, { entries: [{ entity, ops }] })
  assert.equal(entries[0]!.errorCode, 0)
  told(`quota ${name}`)
}

async function found(client: KafkaClient, port: number): Promise<ReadonlySet<string>> {
  const { entries } = await askKafka(port, describeClientQuotasApi, 1, { components: [], strict: false })
  return new Set([
    ...(await client.acls.list()).map(({ resource }) => `acl ${resource}`),
    ...(await client.users.list()).flatMap(({ name, mechanisms }) => (mechanisms.length === 2 ? [`user ${name}`] : [])),
    ...entries!.map(({ entity }) => `quota ${entity[0]!.entityName}`),
  ])
}

async function killWhileChanging(context: TestContext, env: object): Promise<void> {
  const random = seededRandom(chosenSeed(context))
  const folder = mkdtempSync(join(tmpdir(), 'weir-kill-security-'))
  const told = new Set<string>()
  let number = 0
  const start = async (): Promise<{ child: ChildProcess; port: number }> => {
    const child = fork(new URL('log-killed.ts', import.meta.url), [join(folder, 'log')], {
      env: { ...process.env, LOG_CONFIG: JSON.stringify(config), ...env },
    })
    const [port] = (await once(child, 'message')) as [number]
    return { child, port }
  }
  let running = await start()
  try {
    for (let round = 0; round < kills; round++) {
      const { child, port } = running
      const client = await connectKafka({ bootstrap: `127.0.0.1:${port}`, deadlineMs: 2000 })
      const there = await found(client, port)
      assert.deepEqual(
        [...told].filter((what) => !there.has(what)),
        [],
        'what was answered is gone',
      )
      const changing = (async () => {
        for (;;) await change(client, port, ++number, (what) => told.add(what))
      })().catch(() => undefined)
      await pause(random.pick(150))
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
      await changing
      await client.close()
      running = await start()
    }
    assert.ok(told.size > kills, 'hardly anything was changed')
  } finally {
    running.child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

for (const [title, env] of [
  ['a log', {}],
  ['an encrypted log', { LOG_KEY: randomBytes(32).toString('base64') }],
] as const)
  void test(
    `INV-S2: ${title} that is killed while users, ACLs and quotas change has all that it answered`,
    { timeout: 120_000 },
    (context) => killWhileChanging(context, env),
  )
