import { randomUUID } from 'node:crypto'
import { connectCatalog } from '../src/lake/client/connect-catalog.ts'
import type { LoadedTable } from '../src/lake/client/catalog-client.ts'
import { stringifyJson } from '../src/lake/json.ts'
import { currentSnapshot } from '../src/lake/metadata/read.ts'
import type { TableMetadata } from '../src/lake/metadata/table-metadata.ts'
import { under } from '../src/storage/objects/location.ts'
import { startWeir } from '../test/support/running-weir.ts'
import { type Benchmark, type Figure, median } from './benchmark.ts'
import { commitWriter, type CommitWriter } from './commit-writer.ts'
import { cpuSeconds } from './process-usage.ts'

const [old, young] = [6000, 60]
/** In each half of a pair, to each of the two tables in turn. */
const commitsAPair = 40

/** The trend that `commits` shows in minutes: a table that was committed to ten times a second for ten minutes beside one of six seconds. */
export const commitsByAge: Benchmark = {
  name: 'commits-by-age',
  question: `does a commit to a table after ${old} commits within ten minutes cost what it costs after ${young}?`,
  async run({ pairs, say }) {
    await using weir = await startWeir('commits-by-age')
    const client = connectCatalog({ uri: weir.endpoints.iceberg })
    await client.ensureNamespace(['public'])
    const writer = await commitWriter(weir, client)
    const aged = (name: string, commits: number) => tableOfAge(weir.endpoints.iceberg, writer, { name, commits })
    const tables = { old: await aged('old', old), young: await aged('young', young) }
    const measured = {
      old: { ms: [] as number[], cpu: [] as number[] },
      young: { ms: [] as number[], cpu: [] as number[] },
    }
    const burst = async (which: 'old' | 'young') => {
      const { ms, cpu, table } = await commitMany(writer, tables[which], weir.endpoints.pid)
      tables[which] = table
      measured[which].ms.push(ms)
      measured[which].cpu.push(cpu)
    }
    // Unmeasured: it also takes out what the catalog does not keep of the old one.
    for (const which of ['old', 'young'] as const)
      tables[which] = (await commitMany(writer, tables[which], weir.endpoints.pid)).table
    for (let pair = 0; pair < pairs; pair++) {
      for (const which of pair % 2 === 0 ? (['old', 'young'] as const) : (['young', 'old'] as const)) await burst(which)
      const shown = (which: 'old' | 'young') =>
        `${measured[which].ms.at(-1)!.toFixed(1)} ms, ${measured[which].cpu.at(-1)!.toFixed(1)} ms of CPU`
      say(`old ${shown('old')}; young ${shown('young')}`)
    }
    const bytes = await writer.store.size(tables.old.metadataLocation)
    say(`the old table names ${tables.old.metadata.snapshots?.length} snapshots, ${((bytes ?? 0) / 1e6).toFixed(2)} MB`)
    writer.close()
    const figure = (what: string, ours: readonly number[], reference: readonly number[]): Figure => ({
      name: `commit after ${old} commits in ten minutes, ${what}`,
      unit: 'ms',
      ours,
      reference,
      referenceName: `after ${young}`,
      bar: { kind: 'ratio', at: 'most', value: 1.2, text: 'at most 1.2x, our own' },
    })
    return [
      figure('median', measured.old.ms, measured.young.ms),
      figure('CPU of client and Weir', measured.old.cpu, measured.young.cpu),
    ]
  },
}

/** Median latency and CPU of a commit, in milliseconds. */
async function commitMany(writer: CommitWriter, from: LoadedTable, pid: number) {
  let table = from
  const latencies: number[] = []
  let own = 0
  const before = cpuSeconds(pid)
  for (let at = 0; at < commitsAPair; at++) {
    const files = await writer.writeFiles(table)
    const [began, used] = [performance.now(), process.cpuUsage()]
    table = await writer.commit(table, files)
    latencies.push(performance.now() - began)
    const { user, system } = process.cpuUsage(used)
    own += (user + system) / 1000
  }
  const cpu = (own + (cpuSeconds(pid) - before) * 1000) / commitsAPair
  return { ms: median(latencies), cpu, table }
}

/** A table as many commits leave it behind, one each tenth of a second: its metadata are written as a whole, all snapshots have the first one's files. */
async function tableOfAge(
  iceberg: string,
  writer: CommitWriter,
  { name, commits }: { readonly name: string; readonly commits: number },
): Promise<LoadedTable> {
  const made = await writer.createTable(`${name}_made`)
  const { metadata } = await writer.commit(made, await writer.writeFiles(made))
  const location = under(metadata.location, 'metadata', `00001-${randomUUID()}.metadata.json`)
  await writer.store.put(location, Buffer.from(stringifyJson(withHistory(metadata, commits))))
  const response = await fetch(`${iceberg}/v1/namespaces/public/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, 'metadata-location': location }),
  })
  if (!response.ok) throw new Error(`register: ${response.status} ${await response.text()}`)
  const client = connectCatalog({ uri: iceberg })
  await client.dropTable(made.ident)
  return client.loadTable({ namespace: ['public'], name })
}

function withHistory(metadata: TableMetadata, commits: number): TableMetadata {
  const last = currentSnapshot(metadata)!
  const id = (at: number) => Number(last['snapshot-id']) - (commits - 1 - at)
  const snapshots = Array.from({ length: commits }, (_, at) => ({
    ...last,
    'snapshot-id': id(at),
    ...(at === 0 ? {} : { 'parent-snapshot-id': id(at - 1) }),
    'sequence-number': at + 1,
    'timestamp-ms': last['timestamp-ms'] - (commits - 1 - at) * 100,
  }))
  return {
    ...metadata,
    snapshots,
    'snapshot-log': snapshots.map((one) => ({
      'snapshot-id': one['snapshot-id'],
      'timestamp-ms': one['timestamp-ms'],
    })),
    'last-sequence-number': commits,
  }
}
