import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { compactTable } from '../../src/lake/maintenance/compaction/compact-table.ts'
import { expireSnapshots } from '../../src/lake/maintenance/expire-snapshots.ts'
import { removeOrphans } from '../../src/lake/maintenance/remove-orphans.ts'
import { manifestReader } from '../../src/lake/manifest/manifest-reader.ts'
import { planScan } from '../../src/lake/scan/plan-scan.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'
import { kit } from '../../tools/conformance/kit.ts'
import { freePort } from '../support/free-port.ts'
import {
  checkWrittenRows,
  commitRows,
  createWrittenTable,
  writtenTable,
  type WrittenLake,
} from '../support/written-lake.ts'

/**
 * Eight of Weir's writers, each a process, commit to one table of Apache Iceberg's own REST catalog at the same time; then the table is
 * maintained through it. `node test/conformance/foreign-catalog.ts`: no update may be lost, no row be there twice, and no reader may
 * meanwhile find a file that is not there.
 */
const [writers, commitsEach, rowsEach] = [8, 6, 500]
const rowsOf = (): number => rowsEach

const [role, ...words] = process.argv.slice(2)
if (role === 'writer') await write(words[0]!, words[1]!, Number(words[2]))
else await compete()

async function openLake(uri: string, folder: string, name: string): Promise<WrittenLake & { close(): void }> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const db = await instance.connect()
  return {
    client: connectCatalog({ uri }),
    store: openObjectStore({ roots: [`file://${folder}`], files: nodeFiles }),
    db,
    folder: mkdtempSync(join(folder, `${name}-`)),
    rowsOf,
    close: () => {
      db.closeSync()
      instance.closeSync()
    },
  }
}

async function write(uri: string, folder: string, writer: number): Promise<void> {
  const lake = await openLake(uri, folder, `writer-${writer}`)
  const outcomes: string[] = []
  for (let commit = 0; commit < commitsEach; commit++) outcomes.push(...(await commitRows(lake, writer, commit)))
  lake.close()
  console.log(outcomes.join(' '))
}

async function compete(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-foreign-'))
  const port = String(await freePort())
  const reference = `${kit}/iceberg/reference.sh`
  const warehouse = join(folder, 'warehouse')
  const started = execFileSync(reference, ['start', '--port', port, '--warehouse', warehouse], { encoding: 'utf8' })
  const uri = started.trim().split('\n').at(-1)!.replace(/\/$/, '')
  const lake = await openLake(uri, folder, 'reader')
  try {
    await createWrittenTable(lake.client)
    const running = Array.from({ length: writers }, (_, writer) => runWriter(uri, folder, writer))
    let done = false
    const all = Promise.all(running).finally(() => (done = true))
    const [outcomes, reads] = await Promise.all([all, readMeanwhile(lake, () => done)])
    await checkWrittenRows(lake, writers, commitsEach)
    const { metadata } = await lake.client.loadTable(writtenTable)
    const commits = (metadata.snapshots ?? []).map(({ summary }) => summary?.['test.commit'])
    assert.equal(new Set(commits).size, writers * commitsEach)
    assert.equal(commits.length, writers * commitsEach, 'a commit is there twice')
    const conflicts = outcomes.flat().filter((outcome) => outcome === 'conflict').length
    assert.ok(conflicts > 0, 'no writer ever met another')
    console.log(
      `${commits.length} commits of ${writers} writers, ${conflicts} conflicts, ${reads} whole reads meanwhile`,
    )
    await maintain(lake)
  } finally {
    lake.close()
    execFileSync(reference, ['stop', '--port', port], { stdio: 'inherit' })
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runWriter(uri: string, folder: string, writer: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [process.argv[1]!, 'writer', uri, folder, String(writer)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  assert.equal(code, 0, `writer ${writer} ended with ${code}`)
  return Buffer.concat(chunks).toString().trim().split(' ')
}

/** Every file that a snapshot names is there, whichever snapshot it is. */
async function readMeanwhile({ client, store }: WrittenLake, isDone: () => boolean): Promise<number> {
  const reader = manifestReader(store)
  for (let reads = 0; ; reads++) {
    const { metadata } = await client.loadTable(writtenTable)
    const { dataFiles } = await planScan({ metadata, store, reader })
    for (const { location, sizeBytes } of dataFiles) assert.equal(await store.size(location), sizeBytes, location)
    if (isDone()) return reads
  }
}

/** Compaction, expiry and the removal of orphans, as the operator does them; the rows stay. */
async function maintain(lake: WrittenLake): Promise<void> {
  const { client, store, db, folder } = lake
  const reader = manifestReader(store)
  const engine = { query: async (sql: string) => (await db.runAndReadAll(sql)).getRowObjectsJson() }
  const { groups } = await compactTable(writtenTable, { client, store, reader, engine, folder })
  assert.equal(groups.length, 1)
  await checkWrittenRows(lake, writers, commitsEach)
  const context = { client, store, reader, now: () => Date.now() + 8 * 86_400_000 }
  const expired = await expireSnapshots(writtenTable, context)
  const orphans = await removeOrphans(writtenTable, context)
  const scan = await checkWrittenRows(lake, writers, commitsEach)
  assert.equal(scan.dataFiles.length, 1)
  console.log(
    `compacted to ${scan.dataFiles.length} file; ${expired.snapshots} snapshots expired, ${expired.files} files and ${orphans.files} orphans removed`,
  )
}
