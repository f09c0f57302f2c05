import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { seededRandom } from '../support/seeded-random.ts'
import { chosenSeed } from './chosen-seed.ts'
import type { Ask, Listed } from './registry-killed.ts'

const kills = 5
const subjects = ['a-value', 'b-value', 'c-value']

type AskBody = Ask extends infer Each ? (Each extends Ask ? Omit<Each, 'call'> : never) : never

/** What is known of one version: whether it is there for sure, or may be. */
interface Known {
  readonly id: number
  readonly schema: string
  deletion: 'none' | 'soft' | 'asked soft' | 'asked permanent' | 'permanent'
}

interface Registry {
  readonly child: ChildProcess
  ask(body: AskBody): Promise<unknown>
}

async function startRegistry(directory: string): Promise<Registry> {
  const child = fork(new URL('registry-killed.ts', import.meta.url), [directory])
  await once(child, 'message')
  const waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>()
  let calls = 0
  child.on('message', ({ call, answered, error }: { call: number; answered?: unknown; error?: string }) => {
    const entry = waiting.get(call)
    waiting.delete(call)
    if (error === undefined) entry?.resolve(answered)
    else entry?.reject(new Error(error))
  })
  child.once('exit', () => waiting.forEach(({ reject }) => reject(new Error('killed'))))
  return {
    child,
    ask: (body) =>
      new Promise((resolve, reject) => {
        const call = ++calls
        waiting.set(call, { resolve, reject })
        if (!child.connected) return reject(new Error('killed'))
        child.send({ ...body, call }, (error) => error && reject(error))
      }),
  }
}

void test('a registry that is killed again and again has what it answered, gives no id twice, and nothing else (INV-R1, R2, R3)', async (context) => {
  const random = seededRandom(chosenSeed(context))
  const directory = mkdtempSync(join(tmpdir(), 'weir-kill-registry-'))
  const known = new Map<string, Known>()
  /** What an id stood for, once and for ever. */
  const schemaOf = new Map<number, string>()
  const unanswered = new Map<string, string>()
  let made = 0
  let answers = 0
  let running = await startRegistry(directory)

  function learn(id: number, schema: string): void {
    assert.equal(schemaOf.get(id) ?? schema, schema, `id ${id} was given to another schema`)
    schemaOf.set(id, schema)
  }

  async function register(subject: string): Promise<void> {
    const schema = JSON.stringify({ type: 'record', name: `R${made++}`, fields: [] })
    unanswered.set(schema, subject)
    const { id, version } = (await running.ask({ do: 'register', subject, schema })) as { id: number; version: number }
    assert.ok(![...known.values()].some((each) => each.id === id), `the id ${id} was given before`)
    learn(id, schema)
    known.set(`${subject} ${version}`, { id, schema, deletion: 'none' })
    unanswered.delete(schema)
  }

  async function remove(subject: string): Promise<void> {
    const places = [...known.entries()].filter(
      ([place, { deletion }]) => place.startsWith(subject) && deletion === 'none',
    )
    const last = places.at(-1)
    if (!last) return
    const [place, entry] = last
    const version = Number(place.split(' ')[1])
    entry.deletion = 'asked soft'
    await running.ask({ do: 'delete', subject, version, permanent: false })
    entry.deletion = 'asked permanent'
    await running.ask({ do: 'delete', subject, version, permanent: true })
    entry.deletion = 'permanent'
  }

  async function workUntilKilled(subject: string): Promise<void> {
    for (;;) {
      try {
        await (random.pick(4) === 0 ? remove(subject) : register(subject))
        answers++
      } catch (error) {
        if ((error as Error).message === 'killed') return
        throw error
      }
    }
  }

  async function check(): Promise<void> {
    const listed = (await running.ask({ do: 'list' })) as Listed[]
    const found = new Map(listed.map((each) => [`${each.subject} ${each.version}`, each]))
    for (const { id, schema } of listed) learn(id, schema)
    for (const [place, { id, schema, deletion }] of known) {
      const there = found.get(place)
      if (there && there.schema === schema) assert.equal(there.id, id, place)
      if (deletion === 'none')
        assert.deepEqual([there?.schema, there?.deleted], [schema, false], `${place} was answered`)
      if (deletion === 'permanent') assert.notEqual(there?.schema, schema, `${place} was deleted for good`)
    }
    for (const [place, { subject, id, schema, deleted }] of found) {
      const entry = known.get(place)
      if (entry?.schema === schema) continue
      assert.equal(unanswered.get(schema), subject, `${place} was never asked for`)
      // Its answer was lost with the process: from now on it is known.
      known.set(place, { id, schema, deletion: deleted ? 'soft' : 'none' })
    }
    // What was asked and is not there did not happen, and will not.
    unanswered.clear()
    for (const [place, entry] of known)
      if (entry.deletion.startsWith('asked')) {
        const there = found.get(place)
        entry.deletion = there?.schema !== entry.schema ? 'permanent' : there.deleted ? 'soft' : 'none'
      }
  }

  try {
    for (let round = 0; round < kills; round++) {
      await check()
      const killed = once(running.child, 'exit')
      const working = subjects.map((subject) => workUntilKilled(subject))
      await pause(100 + random.pick(300))
      running.child.kill('SIGKILL')
      await killed
      await Promise.all(working)
      running = await startRegistry(directory)
    }
    await check()
    assert.ok(answers > kills * 3, `hardly anything was answered: ${answers}`)
  } finally {
    running.child.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }
})
