import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import pg from 'pg'
import type { TableClient } from '../../src/platform/operations.ts'
import { runCommand } from '../../tools/conformance/command.ts'
import { kit } from '../../tools/conformance/kit.ts'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'
import { waitUntil } from '../support/wait-until.ts'

/**
 * The lines of `weir table clients`, run as they are by programs that nobody here wrote, against a Weir without secrets and one
 * that asks for a token and a password: `node test/conformance/table-clients.ts psql pyiceberg [spark]`.
 */
const cache = process.env['WEIR_CACHE'] ?? join(homedir(), '.cache/weir-conformance')
const runners: Readonly<
  Record<string, { readonly install?: readonly string[]; readonly run: (text: string) => string }>
> = {
  psql: { run: shell },
  pyiceberg: {
    install: [`${kit}/iceberg/pyiceberg.sh`],
    run: (text) => execFileSync(join(venv('pyiceberg'), 'python'), ['-c', text], { encoding: 'utf8' }),
  },
  spark: { install: [`${kit}/iceberg/spark/spark.sh`], run: shell },
}
const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const events = stream('events', { partitions: 1 })
const rows = table('events', { columns: { id: 'long', name: 'string' } })
const named = { id: { type: 'long', required: true }, name: 'string' }
export default defineProject({
  name: 'clients',
  resources: [
    events, rows, delivery('load', { from: events, to: rows, flush: { age: '1 hour' } }),
    table('keyed', { columns: named, key: ['id'], partitionBy: ['bucket(id, 4)'] }),
    table('as_delta', { columns: named, format: 'delta' }),
    table('Mixed-Case_1', { columns: named, namespace: 'Sales-eu' }),
  ],
})
`
/** One that SQL makes. */
const made = `it's "new" 漢字`
const tables = ['events', 'keyed', 'as_delta', 'Sales-eu.Mixed-Case_1', made]
const chosen = process.argv.slice(2)
if (chosen.length === 0 || chosen.some((name) => runners[name] === undefined))
  throw new Error(`name clients: ${Object.keys(runners).join(', ')}`)

await readWith({}, 'without secrets')
await readWith({ WEIR_TOKEN: 'a-token-of-the-test', WEIR_PASSWORD: 'a-password-of-the-test' }, 'with secrets')

async function readWith(secrets: Readonly<Record<string, string>>, what: string): Promise<void> {
  Object.assign(process.env, secrets)
  await using weir = await startWeir('clients', project)
  await deliver(weir)
  await insertInto(weir)
  for (const name of chosen) {
    const { install, run } = runners[name]!
    if (install && what === 'without secrets')
      await runCommand([...install, weir.endpoints.iceberg, '--read', 'public.events'])
    for (const table of tables) {
      const path = `tables/${encodeURIComponent(table)}/clients`
      const { items } = await call<{ items: readonly TableClient[] }>(weir, 'GET', path)
      const output = run(items.find((client) => client.name === name)!.text)
      const ok = ['first of the rows', 'second of the rows'].every((value) => output.includes(value))
      console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name} ${what}: ${table}`)
      if (ok) continue
      console.error(output)
      process.exitCode = 1
    }
  }
}

async function insertInto({ endpoints }: RunningWeir): Promise<void> {
  const address = new URL(endpoints.postgres)
  address.password = process.env['WEIR_PASSWORD'] ?? ''
  const client = new pg.Client({ connectionString: address.href })
  await client.connect()
  const rows = `values (0, 'first of the rows'), (1, 'second of the rows')`
  for (const table of ['keyed', 'as_delta', '"Sales-eu"."Mixed-Case_1"'])
    await client.query(`insert into ${table} ${rows}`)
  await client.query(`create table "${made.replaceAll('"', '""')}" as select * from (${rows}) as t(id, name)`)
  await client.end()
}

async function deliver(weir: RunningWeir): Promise<void> {
  const records = ['first of the rows', 'second of the rows'].map((name, id) => ({
    value: JSON.stringify({ id, name }),
  }))
  await call(weir, 'POST', 'streams/events/records', { records })
  await waitUntil('the delivery', async () => {
    await call(weir, 'POST', 'deliveries/load/flush', {})
    const { hops } = await call<{ hops: readonly { delivered: string }[] }>(weir, 'GET', 'ledger')
    return hops[0]?.delivered === '2'
  })
}

async function call<Answer>({ endpoints }: RunningWeir, method: string, path: string, body?: unknown): Promise<Answer> {
  const token = process.env['WEIR_TOKEN']
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
  const response = await fetch(`${endpoints.http}/api/v1/${path}`, init)
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
  return (await response.json()) as Answer
}

/** In an empty folder, with the programs of the kit's Python packages on the path. */
function shell(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'weir-clients-'))
  const path = [venv('pyspark'), process.env['PATH']].filter((part) => part !== undefined).join(delimiter)
  try {
    return execFileSync('sh', ['-c', text], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PATH: path, SPARK_LOCAL_IP: '127.0.0.1' },
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Where the kit put the newest version of a package's programs. */
function venv(name: string): string {
  const found = existsSync(cache) ? readdirSync(cache).filter((entry) => entry.startsWith(`${name}-`)) : []
  const folder = found.map((entry) => join(cache, entry, 'bin')).filter((path) => existsSync(path))
  return folder.at(-1) ?? join(cache, name)
}
