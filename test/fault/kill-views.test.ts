import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'node:test'
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
  /** The change that has no answer: either what it was or what it was to be. */
  unsure: { readonly name: string; readonly to: string | undefined } | undefined
}

async function ask(weir: RestartableWeir, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`http://127.0.0.1:${weir.ports.http}/iceberg/v1${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
}

/** Makes, replaces, and drops views one after the other until the server is gone; how many were answered. */
async function changeViews(weir: RestartableWeir, random: Random, expected: Expected, round: number): Promise<number> {
  for (let at = 0; ; at++) {
    const name = `v${random.pick(5)}`
    const there = expected.known.get(name) !== undefined
    const text = `select ${round}_${at}`
    const drop = there && random.pick(4) === 0
    const one = `/namespaces/a/views/${name}`
    expected.unsure = { name, to: drop ? undefined : text }
    try {
      const answer = await (drop
        ? ask(weir, 'DELETE', one)
        : there
          ? ask(weir, 'POST', one, {
              updates: [
                { action: 'add-view-version', 'view-version': versionOf(text) },
                { action: 'set-current-view-version', 'view-version-id': -1 },
              ],
            })
          : ask(weir, 'POST', '/namespaces/a/views', { name, schema, 'view-version': versionOf(text) }))
      const body = await answer.text()
      assert.ok(answer.ok, `${drop ? 'drop' : there ? 'replace' : 'create'} ${name}: ${answer.status} ${body}`)
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      return at
    }
    expected.known.set(name, expected.unsure.to)
    expected.unsure = undefined
  }
}

async function checkViews(weir: RestartableWeir, expected: Expected): Promise<void> {
  const locations: string[] = []
  for (const name of ['v0', 'v1', 'v2', 'v3', 'v4']) {
    const answer = await ask(weir, 'GET', `/namespaces/a/views/${name}`)
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
  'INV-L1, INV-L2: of views, a kill -9 of the supervisor leaves what was answered, whole, and of what was not all or nothing',
  { timeout: 180_000 },
  async (context) => {
    const random = seededRandom(chosenSeed(context))
    await using weir = await restartableWeir('views', { project })
    await weir.start()
    assert.equal((await ask(weir, 'POST', '/namespaces', { namespace: ['a'] })).status, 200)
    const expected: Expected = { known: new Map(), unsure: undefined }
    let changes = 0
    for (let round = 0; round < 6; round++) {
      const writing = changeViews(weir, random, expected, round)
      // The moment of the kill, not a wait for something: any moment will do.
      await pause(20 + random.pick(150))
      process.kill(weir.pid(), 'SIGKILL')
      await weir.gone()
      changes += await writing
      await weir.start()
      await checkViews(weir, expected)
    }
    context.diagnostic(`${changes} changes were answered`)
    assert.ok(changes > 6, `only ${changes} changes were answered before the kills`)
  },
)
