import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { nodeFiles } from '../src/kernel/files/node-files.ts'
import { connectCatalog } from '../src/lake/client/connect-catalog.ts'
import type { LoadedTable } from '../src/lake/client/catalog-client.ts'
import { prepareAppend } from '../src/lake/commit/prepare-append.ts'
import type { DataFile } from '../src/lake/manifest/data-file.ts'
import { manifestReader } from '../src/lake/manifest/manifest-reader.ts'
import { specById, tableSchema } from '../src/lake/metadata/read.ts'
import { schemaOf } from '../src/lake/types/schema.ts'
import { copySql } from '../src/lake/write/copy.ts'
import { dataFilesOfCopy, type CopyRow } from '../src/lake/write/copy-result.ts'
import { dataLocation } from '../src/lake/write/data-location.ts'
import { openObjectStore } from '../src/storage/objects/open.ts'
import { startWeir, type RunningWeir } from '../test/support/running-weir.ts'
import { type Benchmark, type Figure, quantile } from './benchmark.ts'

const perSecond = 10
const columns = { n: 'long', kind: 'string', amount: 'double' }

/**
 * One writer appends a file in each commit, as a delivery does: manifests, list and the catalog's answer are timed, the file is not. Whether
 * the writer kept up is a figure of its own.
 */
export const commits: Benchmark = {
  name: 'commits',
  question: `${perSecond} commits a second to one table: does the last minute take as long as the first?`,
  async run({ long, say }) {
    const seconds = long ? 600 : 60
    const window = long ? 60 : 15
    const { latencies, metadataBytes, rate } = await measure(seconds, say)
    const [first, last] = [latencies.slice(0, window * perSecond), latencies.slice(-window * perSecond)]
    const name = `commit of ${seconds} s at ${perSecond} a second`
    const of = (share: number, bar: number): Figure => ({
      name: `${name}, p${share * 100}, last ${window} s`,
      unit: 'ms',
      ours: [quantile(last, share)],
      reference: [quantile(first, share)],
      referenceName: `the first ${window} s`,
      bar: { kind: 'ratio', at: 'most', value: bar, text: `at most ${bar}x` },
    })
    const shown = (values: readonly number[]) =>
      `p50 ${quantile(values, 0.5).toFixed(1)} ms, p99 ${quantile(values, 0.99).toFixed(1)} ms`
    say(
      `first ${window} s: ${shown(first)}; last: ${shown(last)}; metadata file ${(metadataBytes / 1e6).toFixed(2)} MB`,
    )
    const kept: Figure = {
      name: `${name}, kept`,
      unit: 'a second',
      ours: [rate],
      reference: [],
      referenceName: 'a bound',
      bar: { kind: 'bound', at: 'least', value: 0.99 * perSecond, text: `at least ${0.99 * perSecond} a second` },
    }
    return [of(0.5, 1.2), of(0.99, 1.5), kept]
  },
}

async function measure(seconds: number, say: (text: string) => void) {
  await using weir = await startWeir('commits')
  const client = connectCatalog({ uri: weir.endpoints.iceberg })
  await client.ensureNamespace(['public'])
  const schema = schemaOf(Object.entries(columns).map(([name, type]) => ({ name, type })))
  let table: LoadedTable = await client.createTable(['public'], { name: 'commits', schema })
  const writer = await fileWriter(weir, table)
  const reader = manifestReader(writer.store)
  const latencies: number[] = []
  const started = performance.now()
  for (let at = 0; at < seconds * perSecond; at++) {
    const dataFiles = await writer.write()
    const due = started + at * (1000 / perSecond)
    await pause(Math.max(0, due - performance.now()))
    const began = performance.now()
    const commit = await prepareAppend({ metadata: table.metadata, store: writer.store, reader, dataFiles })
    const outcome = await client.commitTable(table.ident, commit)
    if (outcome.outcome !== 'committed') throw new Error(`commit ${at + 1}: ${outcome.outcome}`)
    table = outcome.table
    latencies.push(performance.now() - began)
    if ((at + 1) % (60 * perSecond) === 0)
      say(`minute ${(at + 1) / 60 / perSecond}: p50 ${quantile(latencies.slice(-60 * perSecond), 0.5).toFixed(1)} ms`)
  }
  const rate = (latencies.length - 1) / ((performance.now() - started) / 1000)
  const metadataBytes = (await writer.store.size(table.metadataLocation)) ?? 0
  writer.close()
  return { latencies, metadataBytes, rate }
}

/** A small file of rows in the table's folder each time. */
async function fileWriter({ folder }: RunningWeir, { metadata }: LoadedTable) {
  const store = openObjectStore({ roots: [`file://${join(folder, '.weir/lake')}`], files: nodeFiles })
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const db = await instance.connect()
  const temporary = mkdtempSync(join(tmpdir(), 'weir-commits-'))
  const [schema, spec] = [tableSchema(metadata), specById(metadata, 0)]
  const source = `(SELECT i AS n, 'kind-' || (i % 12) AS kind, i / 7 AS amount FROM range(100) t(i))`
  return {
    store,
    async write(): Promise<readonly DataFile[]> {
      const reader = await db.runAndReadAll(copySql({ schema, spec, source, directory: temporary }))
      const written = dataFilesOfCopy(reader.getRowObjectsJson() as unknown as CopyRow[], {
        schema,
        spec,
        location: () => dataLocation(metadata, spec, []),
      })
      for (const { localPath, file } of written) await store.adopt(localPath, file.location)
      return written.map(({ file }) => file)
    },
    close() {
      db.closeSync()
      instance.closeSync()
      rmSync(temporary, { recursive: true, force: true })
    },
  }
}
