import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { verifies } from '../fault/exactly-once.ts'
import { restartableWeir } from '../fault/restartable-weir.ts'
import { timesById } from '../fault/sql-of.ts'
import { produceUniqueValues } from '../fault/unique-values.ts'
import { eventually } from '../support/deadline.ts'
import { startPostgres } from '../support/postgres.ts'

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const values = stream('values', { partitions: 2 })
const kept = table('kept', { columns: { id: 'long', client: 'string', text: 'string' } })
const load = delivery('load', { from: values, to: kept, flush: { age: '1 s' } })
export default defineProject({ name: 'backup', resources: [values, kept, load] })
`

void test(
  'a backup under load is restored: weir verify proves it, and all that was acknowledged before it is there once',
  { timeout: 120_000 },
  async () => {
    await using weir = await restartableWeir('backup', { project })
    await weir.start()
    const backup = join(weir.folder, 'monday')
    const values = produceUniqueValues(weir.ports.kafka, 'values', 20)
    try {
      await eventually('values', async () => ((await timesById(weir, 'kept')).size > 500 ? true : undefined))
      await eventually('a commit', () => (isDelivered(join(weir.folder, '.weir/lake')) ? true : undefined))
      const before = values.outcome().acknowledged
      const { code, stderr } = await weir.command('backup', backup)
      assert.equal(code, 0, stderr)
      await values.stop()
      await weir.stop()
      rmSync(join(weir.folder, '.weir'), { recursive: true })
      const data = readdirSync(backup, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('.parquet'))!
      const whole = readFileSync(join(backup, data))
      writeFileSync(join(backup, data), whole.subarray(0, 10))
      const refused = await weir.command('restore', backup)
      assert.match(refused.stderr, /is damaged: .*\.parquet has 10 bytes, not [0-9]+/)
      writeFileSync(join(backup, data), whole)
      const restored = await weir.command('restore', backup)
      assert.equal(restored.code, 0, restored.stderr)
      await weir.start()
      await verifies(weir)
      const found = await eventually('what was acknowledged before the backup', async () => {
        const times = await timesById(weir, 'kept')
        return [...before].every((id) => times.has(id)) ? times : undefined
      })
      assert.ok(
        [...found.values()].every((times) => times === 1),
        'a value is there twice',
      )
      // What came after the backup is gone, and asked about (test/integration/restored-log.test.ts).
      await eventually('the question', async () =>
        /restored from a backup/.test((await weir.command('delivery', 'resume', 'load')).stdout) ? true : undefined,
      )
      assert.equal((await weir.command('delivery', 'resume', 'load', '--accept-loss')).code, 0)
      await verifies(weir)
    } finally {
      await values.stop()
    }
  },
)

void test(
  'metadata in PostgreSQL is not forgotten by a backup, nor by a start without its environment',
  { timeout: 120_000 },
  async () => {
    const postgres = await startPostgres()
    try {
      const inPostgres = project.replace(`name: 'backup'`, `name: 'backup', metadata: '${postgres.url}'`)
      await using weir = await restartableWeir('backup-postgres', { project: inPostgres })
      await weir.start()
      const refused = await weir.command('backup', join(weir.folder, 'monday'))
      assert.notEqual(refused.code, 0)
      assert.match(refused.stderr, /PostgreSQL \(127\.0\.0\.1:\d+\/postgres\).*pg_dump.*WEIR-2015/s)
      await weir.stop()
      writeFileSync(join(weir.folder, 'weir.config.ts'), project)
      await assert.rejects(weir.start(), /metadata of .* lies in PostgreSQL .*--env.*WEIR-2014/s)
    } finally {
      await postgres.stop()
    }
  },
)

function isDelivered(lake: string): boolean {
  return readdirSync(lake, { recursive: true, encoding: 'utf8' }).some((name) => name.endsWith('.parquet'))
}
