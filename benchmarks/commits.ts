import { setTimeout as pause } from 'node:timers/promises'
import { connectCatalog } from '../src/lake/client/connect-catalog.ts'
import { startWeir } from '../test/support/running-weir.ts'
import { type Benchmark, type Figure, quantile } from './benchmark.ts'
import { commitWriter } from './commit-writer.ts'

const perSecond = 10

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
  const writer = await commitWriter(weir, client)
  let table = await writer.createTable('commits')
  const latencies: number[] = []
  const started = performance.now()
  for (let at = 0; at < seconds * perSecond; at++) {
    const files = await writer.writeFiles(table)
    const due = started + at * (1000 / perSecond)
    await pause(Math.max(0, due - performance.now()))
    const began = performance.now()
    table = await writer.commit(table, files)
    latencies.push(performance.now() - began)
    if ((at + 1) % (60 * perSecond) === 0)
      say(`minute ${(at + 1) / 60 / perSecond}: p50 ${quantile(latencies.slice(-60 * perSecond), 0.5).toFixed(1)} ms`)
  }
  const rate = (latencies.length - 1) / ((performance.now() - started) / 1000)
  const metadataBytes = (await writer.store.size(table.metadataLocation)) ?? 0
  writer.close()
  return { latencies, metadataBytes, rate }
}
