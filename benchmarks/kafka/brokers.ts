import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startWeir } from '../../test/support/running-weir.ts'
import { cpuSeconds, findProcess } from '../process-usage.ts'

const run = promisify(execFile)
/** It lies beside the checkout: it starts a real Apache Kafka, and its Java clients. */
const kit = new URL('../../../shared/conformance/kafka/', import.meta.url).pathname

/** A broker that is measured: where it listens, and which process it is. */
export interface Broker {
  readonly name: 'Weir' | 'Kafka'
  readonly bootstrap: string
  readonly pid: number
}

/** How Kafka is set up: as it ships it acknowledges before the disk has anything, as Weir never does. */
export type KafkaFlush = 'as it ships' | 'with a flush before the ack'

/** Both brokers, on the same disk and of the same age; stopped when `work` is done. Ours comes first. */
export async function withBoth<T>(
  flush: KafkaFlush,
  work: (brokers: readonly [ours: Broker, kafka: Broker]) => Promise<T>,
): Promise<T> {
  if (!existsSync(kit)) throw new Error(`the conformance kit is not there (${kit}): it starts Apache Kafka`)
  const folder = mkdtempSync(join(tmpdir(), 'weir-kafka-'))
  const options = flush === 'as it ships' ? [] : ['--flush']
  const { stdout } = await run(join(kit, 'kafka.sh'), ['start', '--fresh', '--dir', folder, ...options])
  try {
    await using weir = await startWeir('kafka')
    return await work([
      { name: 'Weir', bootstrap: weir.endpoints.kafka, pid: findProcess(weir.endpoints.pid, 'children/log') },
      {
        name: 'Kafka',
        bootstrap: stdout.trim().split(/\s+/).at(-1)!,
        pid: Number(readFileSync(join(folder, 'pid'), 'utf8')),
      },
    ])
  } finally {
    await run(join(kit, 'kafka.sh'), ['stop', '--dir', folder])
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What a tool of Kafka's own says: its standard output. */
export async function javaTool(tool: string, ...options: readonly string[]): Promise<string> {
  const { stdout } = await run(join(kit, 'java.sh'), [tool, ...options], {
    env: { ...process.env, JAVA_HEAP: '512m' },
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout
}

/** CPU seconds of the broker's process while `work` runs. */
export async function cpuOf<T>(
  { pid }: Pick<Broker, 'pid'>,
  work: () => Promise<T>,
): Promise<{ result: T; seconds: number }> {
  const before = cpuSeconds(pid)
  const result = await work()
  return { result, seconds: cpuSeconds(pid) - before }
}
