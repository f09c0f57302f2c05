import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { kit } from '../../tools/conformance/kit.ts'
import { checkExactlyOnce, verifies } from '../fault/exactly-once.ts'
import { restartableWeir, type RestartableWeir } from '../fault/restartable-weir.ts'
import { s3Objects } from '../fault/s3-project.ts'
import { sqlOf } from '../fault/sql-of.ts'
import { produceUniqueValues } from '../fault/unique-values.ts'
import { eventually } from '../support/deadline.ts'
import { openS3Store } from '../support/s3-store.ts'
import { freePort } from '../support/free-port.ts'

/**
 * A project whose tables are in Apache Iceberg's own REST catalog instead of Weir's: made, delivered into, queried, compacted, changed by
 * others, proven, through a kill, a catalog that is away for a while, and to the end of the table. `node test/conformance/foreign-project.ts`;
 * with `--s3` their files lie in the S3 server that the environment names.
 */
const inS3 = process.argv.includes('--s3') ? s3Objects() : undefined
const reference = `${kit}/iceberg/reference.sh`
const port = String(await freePort())
const uri = `http://127.0.0.1:${port}`
const ident = { namespace: ['public'], name: 'kept' }
const project = (
  resources: string,
): string => `import { defineProject, delivery, secret, stream, table } from 'weir-data'
const values = stream('values', { partitions: 2, value: 'json' })
const kept = table('kept', {
  columns: { id: 'long', client: 'string', text: 'string' },
  properties: { 'compaction.min-input-files': '2' },
})
const load = delivery('load', { from: values, to: kept, flush: { age: '1 s' } })
export default defineProject({ name: 'foreign', tables: { catalog: '${uri}' }, resources: [${resources}],
  ${inS3?.text ?? ''} })
`
await using weir = await restartableWeir('foreign', { project: project('values, kept, load') })
const start = (): void =>
  void execFileSync(
    reference,
    ['start', '--port', port, '--warehouse', inS3?.location ?? join(weir.folder, '.weir/lake')],
    {
      stdio: 'inherit',
    },
  )
const stop = (): void => void execFileSync(reference, ['stop', '--port', port], { stdio: 'inherit' })

start()
try {
  await weir.start()
  await useTables(weir)
} finally {
  stop()
}

async function useTables(running: RestartableWeir): Promise<void> {
  const theirs = connectCatalog({ uri })
  const values = produceUniqueValues(running.ports.kafka, 'values', 20)
  const count = async () => (await theirs.loadTable(ident)).metadata.snapshots?.length ?? 0
  try {
    await eventually('commits in the other catalog', async () => ((await count()) >= 3 ? true : undefined))
    process.kill(running.pid(), 'SIGKILL')
    await running.gone()
    await running.start()
    const before = await count()
    await eventually('commits after a kill', async () => ((await count()) > before ? true : undefined))
  } finally {
    await values.stop()
  }
  await checkExactlyOnce(running, 'kept', values.outcome())
  await verifies(running)
  console.log(`${values.outcome().acknowledged.size} values acknowledged, each there once, in ${await count()} commits`)

  const compacted = await running.command('compact', 'kept', '--json')
  assert.equal(compacted.code, 0, compacted.stdout + compacted.stderr)
  await checkExactlyOnce(running, 'kept', values.outcome())
  await verifies(running)

  // Others change the table past Weir: SQL sees it.
  const { metadata } = await theirs.loadTable(ident)
  const { fields } = metadata.schemas.find((one) => one['schema-id'] === metadata['current-schema-id'])!
  const added = { id: metadata['last-column-id'] + 1, name: 'theirs', required: false, type: 'string' as const }
  const changed = await theirs.commitTable(ident, {
    requirements: [{ type: 'assert-table-uuid', uuid: metadata['table-uuid'] }],
    updates: [
      { action: 'add-schema', schema: { type: 'struct', 'schema-id': 9, fields: [...fields, added] } as never },
      { action: 'set-current-schema', 'schema-id': -1 },
    ],
  })
  assert.equal(changed.outcome, 'committed')
  assert.deepEqual(await sqlOf(running, 'select count(theirs)::int as n from kept'), [{ n: 0 }])

  const through = connectCatalog({ uri: `http://127.0.0.1:${running.ports.http}/iceberg` })
  assert.equal((await through.loadTable(ident)).metadataLocation, (await theirs.loadTable(ident)).metadataLocation)

  // Known to another catalog, they are not found in Weir's own: that is refused.
  await running.stop()
  writeFileSync(join(running.folder, 'weir.config.ts'), project('values, kept, load').replace(/tables: .*?\}, /, ''))
  await assert.rejects(running.start(), /are known to http:.*asks Weir's own catalog.*WEIR-2023/s)
  writeFileSync(join(running.folder, 'weir.config.ts'), project('values, kept, load'))
  await running.start()
  await checkExactlyOnce(running, 'kept', values.outcome())

  // Dropped, it is gone there too, and so are its files.
  const { location } = (await theirs.loadTable(ident)).metadata
  writeFileSync(join(running.folder, 'weir.config.ts'), project('values'))
  const applied = await running.command('apply', '--allow-destructive', '--yes')
  assert.equal(applied.code, 0, applied.stdout + applied.stderr)
  await eventually('the end of the table', async () => ((await theirs.tableExists(ident)) ? undefined : true))
  await eventually('the end of its files', async () => ((await filesUnder(location)) === 0 ? true : undefined))
}

async function filesUnder(location: string): Promise<number> {
  if (inS3) {
    await using direct = await openS3Store()
    let count = 0
    for await (const _ of direct.store.list(`${location}/`)) count++
    return count
  }
  const folder = location.replace('file://', '')
  return existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length
    : 0
}
