import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'node:test'
import { eventually } from '../support/deadline.ts'
import { seededRandom, type Random } from '../support/seeded-random.ts'
import { chosenSeed } from './chosen-seed.ts'
import { restartableWeir, type RestartableWeir } from './restartable-weir.ts'

const project = `import { defineProject } from 'weir-data'
export default defineProject({ name: 'views', resources: [] })
`
const schema = { type: 'struct', 'schema-id': 0, fields: [{ id: 1, name: 'id', type: 'long', required: false }] }

function versionOf(text: string) {
  return {
    'version-id': 1,
    'schema-id': 0,
    'timestamp-ms': Date.now(),
    summary: {},
    representations: [{ type: 'sql', sql: text, dialect: 'spark' }],
    'default-namespace': ['a'],
  }
}

interface Loaded {
  readonly 'metadata-location': string
  readonly metadata: { readonly versions: readonly { readonly representations: readonly { readonly sql: string }[] }[] }
}

/** What was acknowledged, and what was under way when the answer did not come. */
interface Expected {
  /** Views and what their last version says; `undefined` is gone. */
  readonly known: Map<string, string | undefined>
  answered: number
  /** The change that has no answer: either what it was or what it was to be. */
  unsure: { readonly name: string; readonly to: string | undefined; readonly request: Request } | undefined
}

interface Request {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  /** Its idempotency key. */
  readonly key?: string
}

function send({ ports }: RestartableWeir, { method, path, body, key }: Request): Promise<Response> {
  return fetch(`http://127.0.0.1:${ports.http}/iceberg/v1${path}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

const dropOf = (name: string): Request => ({ method: 'DELETE', path: `/namespaces/a/views/${name}` })
const createOf = (name: string, text: string): Request => ({
  method: 'POST',
  path: '/namespaces/a/views',
  body: { name, schema, 'view-version': versionOf(text) },
})
const replaceOf = (name: string, text: string): Request => ({
  method: 'POST',
  path: `/namespaces/a/views/${name}`,
  body: {
    updates: [
      { action: 'add-view-version', 'view-version': versionOf(text) },
      { action: 'set-current-view-version', 'view-version-id': -1 },
    ],
  },
})

async function succeed(weir: RestartableWeir, request: Request): Promise<void> {
  const answer = await send(weir, request)
  const text = await answer.text()
  assert.ok(answer.ok, `${request.method} ${request.path}: ${answer.status} ${text}`)
}

/** Makes, replaces, and drops views one after the other until the server is gone. */
async function changeViews(weir: RestartableWeir, random: Random, expected: Expected, round: number): Promise<void> {
  for (let at = 0; ; at++) {
    const name = `v${random.pick(5)}`
    const there = expected.known.get(name) !== undefined
    const text = `select ${round}_${at}`
    const drop = there && random.pick(4) === 0
    const request = {
      ...(drop ? dropOf(name) : there ? replaceOf(name, text) : createOf(name, text)),
      key: randomUUID(),
    }
    expected.unsure = { name, to: drop ? undefined : text, request }
    try {
      await succeed(weir, request)
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      return
    }
    expected.known.set(name, expected.unsure.to)
    expected.unsure = undefined
    expected.answered++
  }
}

async function checkViews(weir: RestartableWeir, expected: Expected): Promise<void> {
  const locations: string[] = []
  for (const name of ['v0', 'v1', 'v2', 'v3', 'v4']) {
    const answer = await send(weir, { method: 'GET', path: `/namespaces/a/views/${name}` })
    assert.ok(answer.ok || answer.status === 404, `${name}: ${answer.status}`)
    const loaded = answer.ok ? ((await answer.json()) as Loaded) : undefined
    const found = loaded?.metadata.versions.at(-1)!.representations[0]!.sql
    const { known, unsure } = expected
    const allowed = unsure?.name === name ? [known.get(name), unsure.to] : [known.get(name)]
    assert.ok(allowed.includes(found), `${name} says ${found}, expected ${allowed.join(' or ')}`)
    known.set(name, found)
    if (loaded !== undefined) locations.push(loaded['metadata-location'])
  }
  expected.unsure = undefined
  const notes = readdirSync(join(weir.folder, '.weir'), { recursive: true, encoding: 'utf8' })
  assert.deepEqual(
    notes.filter((file) => /make-[0-9a-f]+\.json$/.test(file)),
    [],
    'the start leaves no note of a making',
  )
  assert.equal(new Set(locations).size, locations.length)
}

void test(
  'INV-L1, INV-L2, INV-V3: of views, a kill -9 of the supervisor leaves what was answered, whole, and of what was not all or nothing',
  { timeout: 180_000 },
  async (context) => {
    const random = seededRandom(chosenSeed(context))
    await using weir = await restartableWeir('views', { project })
    await weir.start()
    await succeed(weir, { method: 'POST', path: '/namespaces', body: { namespace: ['a'] } })
    const expected: Expected = { known: new Map(), answered: 0, unsure: undefined }
    for (let round = 0; round < 6; round++) {
      const writing = changeViews(weir, random, expected, round)
      const until = expected.answered + 1 + random.pick(6)
      await eventually('changes to be answered', () => (expected.answered >= until ? true : undefined))
      // The moment of the kill, not a wait for something: any moment will do.
      await pause(random.pick(30))
      process.kill(weir.pid(), 'SIGKILL')
      await weir.gone()
      await writing
      await weir.start()
      // Every other time it is sent again with its key: as if there had been no kill, never refused for what it did itself.
      const { unsure } = expected
      if (unsure !== undefined && round % 2 === 1) {
        await succeed(weir, unsure.request)
        expected.known.set(unsure.name, unsure.to)
        expected.unsure = undefined
      }
      await checkViews(weir, expected)
    }
    context.diagnostic(`${expected.answered} changes were answered`)
  },
)
