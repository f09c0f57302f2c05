import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { makeCertificate, oids } from '../../test/support/certificates.ts'
import { startWeir } from '../../test/support/running-weir.ts'
import type { Bar, Benchmark, Figure } from '../benchmark.ts'
import { findProcess } from '../process-usage.ts'
import { cpuOf } from './brokers.ts'
import { consume, produce, type Load } from './throughput.ts'

interface Guarded {
  readonly name: 'plain' | 'encrypted' | 'TLS'
  readonly bootstrap: string
  readonly pid: number
  /** Of the authority by which its certificate is signed. */
  readonly ca?: string
}

/** CPU seconds of the log for 100 MB of values. */
interface Costs {
  readonly produce: number
  readonly consume: number
}

const loads: readonly Load[] = [1000, 100].map((recordBytes) => ({ recordBytes, partitions: 12, acks: 'all' }))
const bars = {
  // One pass of AES over each byte that is written or read: about 3 GB a second on a processor that has it.
  encrypted: { kind: 'ratio', at: 'most', value: 1.5, text: 'at most 1.5x, our own' },
  // A pass of AES-GCM, and the records are copied on their way.
  TLS: { kind: 'ratio', at: 'most', value: 2.5, text: 'at most 2.5x, our own' },
} as const satisfies Record<'encrypted' | 'TLS', Bar>

export const guardedLog: Benchmark = {
  name: 'guarded-log',
  question: 'what it costs the log to encrypt its files, and to speak TLS, against a log that does neither',
  async run({ pairs, say }) {
    const figures: Figure[] = []
    await withGuarded(async (logs) => {
      for (const log of logs) await measure(log, loads[0]!, 'warm-up')
      for (const load of loads) figures.push(...(await compare(logs, load, pairs, say)))
    })
    return figures
  },
}

async function compare(
  logs: readonly Guarded[],
  load: Load,
  pairs: number,
  say: (text: string) => void,
): Promise<readonly Figure[]> {
  const costs = new Map<string, Costs[]>(logs.map(({ name }) => [name, []]))
  for (let pair = 0; pair < pairs; pair++)
    for (const log of logs) {
      const cost = await measure(log, load, `of-${load.recordBytes}-${pair}`)
      costs.get(log.name)!.push(cost)
      const { produce: written, consume: read } = cost
      say(`${log.name.padEnd(9)} ${load.recordBytes} B: ${written.toFixed(2)} and ${read.toFixed(2)} CPU s per 100 MB`)
    }
  return (['encrypted', 'TLS'] as const).flatMap((name) =>
    (['produce', 'consume'] as const).map((of) => ({
      name: `${name}: CPU to ${of} 100 MB of ${load.recordBytes} B`,
      unit: 's',
      ours: costs.get(name)!.map((cost) => cost[of]),
      reference: costs.get('plain')!.map((cost) => cost[of]),
      referenceName: 'a log without',
      bar: bars[name],
    })),
  )
}

async function measure({ bootstrap, pid, ca }: Guarded, load: Load, topic: string): Promise<Costs> {
  const client = await connectKafka({ bootstrap, ...(ca === undefined ? {} : { tls: { ca } }) })
  try {
    await client.topics.create([{ name: topic, partitions: load.partitions }])
    const written = await cpuOf({ pid }, () => produce(client, load, topic))
    const read = await cpuOf({ pid }, () => consume(client, topic))
    await client.topics.delete([topic])
    const per = 1e8 / written.result.bytes
    return { produce: written.seconds * per, consume: read.seconds * per }
  } finally {
    await client.close()
  }
}

/** All three at once, of one age; an idle log takes nothing. */
async function withGuarded(work: (logs: readonly Guarded[]) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-guarded-'))
  const { cert, key } = makeCertificate({ subject: [[[oids.CN, 'log']]], addresses: ['127.0.0.1'] })
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return JSON.stringify(join(folder, name))
  }
  const customersKey = `secret('key', { fromFile: ${file('key', randomBytes(32).toString('hex'))} })`
  const tls = `{ certificate: ${file('cert.pem', cert)}, key: ${file('key.pem', key)} }`
  try {
    await using plain = await startWeir('plain', project('{}'))
    await using encrypted = await startWeir('encrypted', project(`{ encryption: { key: ${customersKey} } }`))
    await using secured = await startWeir('tls', project(`{ listeners: { main: { tls: ${tls} } } }`))
    const log = ({ endpoints }: typeof plain) => ({
      bootstrap: endpoints.kafka,
      pid: findProcess(endpoints.pid, 'children/log'),
    })
    await work([
      { name: 'plain', ...log(plain) },
      { name: 'encrypted', ...log(encrypted) },
      { name: 'TLS', ...log(secured), ca: cert },
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function project(streams: string): string {
  return `import { defineProject, secret } from 'weir-data'
export default defineProject({ name: 'guarded', resources: [], streams: ${streams} })
`
}
