import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { cancelRequest } from '../support/cancel-request.ts'
import { copyFrom } from '../support/copy-stream.ts'
import { eventually } from '../support/deadline.ts'
import { processesOf, type ProcessKind } from './process-tree.ts'
import { restartableWeir, type RestartableWeir } from './restartable-weir.ts'
import { sqlOf } from './sql-of.ts'

const project = `import { defineProject, table } from 'weir-data'
export default defineProject({ name: 'interrupted', resources: [table('rows', { columns: { id: 'long', text: 'string' } })] })
`
/** Some megabytes, so that the engine has written down a part of them. */
const chunks = (): readonly string[] =>
  Array.from({ length: 40 }, (_, at) =>
    Array.from({ length: 2000 }, (_, row) => `${1000 + at * 2000 + row}\t${'x'.repeat(40)}\n`).join(''),
  )

void test('a COPY and an UPDATE that are cancelled, or whose engine or supervisor is killed, leave the table as it was and no file', async (context) => {
  await using weir = await restartableWeir('interrupted', { project })
  await weir.start()
  await eventually('the first rows', () =>
    sqlOf(weir, `insert into rows select i, 'old' from range(200000) r(i)`).then(
      () => true,
      () => undefined,
    ),
  )
  const files = dataFiles(weir)
  const isAsBefore = async (after: string): Promise<void> => {
    const [found] = await eventually(`SQL after ${after}`, () =>
      sqlOf<{ n: number; old: number }>(
        weir,
        `select count(*)::int as n, count(*) filter (where text = 'old')::int as old from rows`,
      ).catch(() => undefined),
    )
    assert.deepEqual(found, { n: 200_000, old: 200_000 }, after)
    assert.deepEqual(dataFiles(weir), files, `files after ${after}`)
    await eventually(`no file of a statement after ${after}`, () =>
      scratchFiles(weir).length === 0 ? true : undefined,
    )
  }

  const client = await connected(weir)
  const copying = copyFrom(client, 'copy rows from stdin', {
    chunks: chunks(),
    before: () => cancelRequest({ host: '127.0.0.1', port: weir.ports.postgres }, client),
  })
  await assert.rejects(copying, { code: '57014' })
  assert.deepEqual((await client.query('select 1 as a')).rows, [{ a: 1 }], 'the session goes on')
  await isAsBefore('a COPY that was cancelled')

  const updating = client.query(
    `update rows set text = 'new' from range(100000) a(i), range(100000) b(j) where rows.id < 100000 and a.i + b.j >= 0`,
  )
  await eventually('the UPDATE to be at work', () => (scratchFiles(weir).length > 0 ? true : undefined))
  await cancelRequest({ host: '127.0.0.1', port: weir.ports.postgres }, client)
  await assert.rejects(updating, { code: '57014' })
  await isAsBefore('an UPDATE that was cancelled')

  // A transaction that has written files, and then is cancelled in another statement, has nothing left of them.
  await client.query(`begin; update rows set text = 'new' where id < 10`)
  await client.query('savepoint here')
  const second = copyFrom(client, 'copy rows from stdin', {
    chunks: chunks(),
    before: () => cancelRequest({ host: '127.0.0.1', port: weir.ports.postgres }, client),
  })
  await assert.rejects(second, { code: '57014' })
  assert.equal((await client.query('commit')).command, 'ROLLBACK')
  await isAsBefore('a transaction that was cancelled')
  await client.end()

  for (const kind of ['engine', 'supervisor'] as const) {
    const killed = await connected(weir)
    const ended = copyFrom(killed, 'copy rows from stdin', {
      chunks: chunks(),
      before: async () => {
        await eventually('the COPY to be at work', () => (scratchFiles(weir).length > 0 ? true : undefined))
        process.kill(pidOf(weir, kind), 'SIGKILL')
      },
    })
    const answered = await Promise.race([
      ended.then(
        () => true,
        () => false,
      ),
      new Promise<false>((resolve) => killed.once('end', () => resolve(false))),
    ])
    assert.equal(answered, false)
    if (kind === 'supervisor') {
      await weir.gone()
      await weir.start()
    }
    await isAsBefore(`a COPY whose ${kind} was killed`)
    context.diagnostic(`the ${kind} was killed in the middle of a COPY`)
  }
  await sqlOf(weir, `insert into rows values (-1, 'new')`)
  assert.deepEqual(await sqlOf(weir, 'select count(*)::int as n from rows'), [{ n: 200_001 }])
})

async function connected(weir: RestartableWeir): Promise<pg.Client> {
  const client = new pg.Client({ host: '127.0.0.1', port: weir.ports.postgres, user: 'weir', database: 'weir' })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

function pidOf(weir: RestartableWeir, kind: ProcessKind): number {
  return processesOf(weir.pid()).find((one) => one.kind === kind)!.pid
}

const under = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted()

/** Rows and deletes of all tables, whether a snapshot names them or not. */
const dataFiles = (weir: RestartableWeir): readonly string[] =>
  under(join(weir.folder, '.weir')).filter((path) => /\/data\/[^/]+\.(parquet|puffin)$/.test(path))

const scratchFiles = (weir: RestartableWeir): readonly string[] => {
  try {
    return under(join(weir.folder, '.weir', 'tail', 'engine-writes'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
