import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WeirError } from '../../kernel/errors/weir-error.ts'
import { chooseEnvironment } from './choose-environment.ts'
import { defineProject } from './define-project.ts'

function chosen(settings: object, environment: string | null = null) {
  return () => chooseEnvironment(defineProject({ name: 'shop', resources: [], ...settings }), environment)
}

const listeners = { main: {}, other: { port: 9093 } }

for (const [settings, name, twin, port] of [
  [{ ports: { kafka: 4001, http: 4001 } }, 'ports.http', 'ports.kafka', 4001],
  [{ ports: { postgres: 4001, http: 4001 } }, 'ports.http', 'ports.postgres', 4001],
  [{ ports: { kafka: 4001, postgres: 4001, http: 1 } }, 'ports.postgres', 'ports.kafka', 4001],
  [{ ports: { http: 9093 }, streams: { listeners } }, 'ports.http', 'streams.listeners.other.port', 9093],
  [{ ports: { kafka: 9093 }, streams: { listeners } }, 'streams.listeners.other.port', 'ports.kafka', 9093],
] as const)
  void test(`${name} with the number of ${twin} is refused with both names and the number`, () => {
    assert.throws(chosen(settings), (error: WeirError) => {
      assert.equal(error.code, 'WEIR-1003')
      assert.ok(error.message.startsWith(`project "shop": ${name} is ${port}, and so is ${twin}: `), error.message)
      assert.match(error.at ?? '', /refuse-twin-ports\.test\.ts:\d+/)
      return true
    })
  })

void test('the ports of the environment that was chosen count, and no others', () => {
  const settings = { ports: { postgres: 5432, http: 80 }, environments: { bad: { ports: { http: 5432 } }, good: {} } }
  assert.deepEqual(chosen(settings, 'good')().settings.ports, { postgres: 5432, http: 80 })
  assert.throws(chosen(settings, 'bad'), { message: /ports\.http is 5432, and so is ports\.postgres/ })
})

void test('ports that do not open, and those that are any, are nobody’s twins', () => {
  const any = { kafka: 0, postgres: 0, http: 0 }
  assert.deepEqual(chosen({ ports: any })().settings.ports, any)
  chosen({ ports: { kafka: 80, http: 80 }, streams: { bootstrap: ['k:80'] } })()
  chosen({ ports: { kafka: 80, http: 80 }, streams: { listeners: { main: { port: 81 } } } })()
})
