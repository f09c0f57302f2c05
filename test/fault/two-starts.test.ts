import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { eventually } from '../support/deadline.ts'
import { isRunning } from '../support/wait-until.ts'
import { childrenOf, cpuSecondsOf, processesOf } from './process-tree.ts'
import { restartableWeir, runWeir } from './restartable-weir.ts'

const project = `import { defineProject, stream } from 'weir-data'
export default defineProject({ name: 'twice', resources: [stream('values', { value: 'json' })] })
`
const anyPorts = ['--kafka-port', '0', '--postgres-port', '0', '--http-port', '0']

void test(
  'a second start on one data directory is refused and names the first (INV-P1)',
  { timeout: 60_000 },
  async () => {
    await using weir = await restartableWeir('twice', { project })
    await weir.start()
    const second = await runWeir(['up', '--dir', weir.folder, '--data', join(weir.folder, '.weir'), ...anyPorts])
    assert.notEqual(second.code, 0)
    assert.match(second.stderr, new RegExp(`process ${weir.pid()}\\b`))
    // The first one goes on, and its endpoints are still those that are written down.
    const { code, stdout } = await weir.command('status', '--json')
    assert.equal(code, 0)
    assert.match(stdout, /values/)
  },
)

void test('two starts at the same moment: one runs, the other is refused', { timeout: 60_000 }, async () => {
  await using one = await restartableWeir('race', { project })
  const data = join(one.folder, '.weir')
  await using other = await restartableWeir('race', { project, dataDirectory: data })
  const outcomes = await Promise.allSettled([one.start(), other.start()])
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
  assert.equal(refused.length, 1, 'exactly one is refused')
  assert.match(String(refused[0]!.reason), /in use by/)
})

void test('after kill -9 no child stays (INV-P2) and the next start takes over', { timeout: 60_000 }, async () => {
  await using weir = await restartableWeir('killed', { project })
  await weir.start()
  const children = childrenOf(weir.pid())
  assert.ok(children.length > 0)
  process.kill(weir.pid(), 'SIGKILL')
  await weir.gone()
  await eventually('the children to end', () => (children.every((pid) => !isRunning(pid)) ? true : undefined), 5000)
  await weir.start()
  const { code } = await weir.command('status', '--json')
  assert.equal(code, 0)
})

void test('after kill -9 the engine does not stay to finish a statement (INV-P2)', { timeout: 60_000 }, async () => {
  await using weir = await restartableWeir('busy', { project })
  await weir.start()
  const client = new pg.Client({ host: '127.0.0.1', port: weir.ports.postgres, database: 'weir', user: 'weir' })
  client.on('error', () => undefined)
  await client.connect()
  await client.query('select 1')
  const engine = processesOf(weir.pid()).find(({ kind }) => kind === 'engine')!.pid
  const before = cpuSecondsOf(engine)
  const statement = client.query(
    'select count(*) from range(10000000) a join range(10000000) b on a.range % 2 = b.range % 2',
  )
  const refused = assert.rejects(statement)
  await eventually('the statement to run', () => (cpuSecondsOf(engine) > before + 1 ? true : undefined), 20_000)
  process.kill(weir.pid(), 'SIGKILL')
  await weir.gone()
  await eventually('the engine to end', () => (isRunning(engine) ? undefined : true), 5000)
  await refused
})
