import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { homedir } from 'node:os'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { kit } from '../../tools/conformance/kit.ts'
import { pyIceberg } from './engine-python.ts'

const cache = process.env['WEIR_CACHE'] ?? join(homedir(), '.cache/weir-conformance')

/** Runs a Python program of ours with PyIceberg. */
export function runPyIceberg(program: string, args: readonly string[]): void {
  execFileSync(pyIceberg().python, [programPath(program), ...args], { stdio: 'inherit' })
}

const sparkVersion = process.env['PYSPARK_VERSION'] ?? '4.1.4'
const runtime = join(
  cache,
  `iceberg-spark-${sparkVersion.replace(/\.\d+$/, '')}_2.13-${process.env['ICEBERG_VERSION'] ?? '1.11.0'}`,
)

const python = join(cache, `pyspark-${sparkVersion}`, 'bin/python')
const sparkEnv = { ...process.env, SPARK_EXTRA_CLASSPATH: join(runtime, '*'), SPARK_LOCAL_IP: '127.0.0.1' }

/** The kit's own reader brings Spark and Iceberg's runtime for it along where they are not yet; the table has to be there. */
export function bringSpark(address: string, table: string): void {
  if ([runtime, join(cache, `pyspark-${sparkVersion}`)].every((folder) => existsSync(`${folder}.done`))) return
  execFileSync(`${kit}/iceberg/spark/spark.sh`, [address, '--read', table], { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Runs a Python program of ours with the Spark that the kit brought along, and Iceberg's runtime for it. */
export function runPySpark(program: string, args: readonly string[]): void {
  execFileSync(python, [programPath(program), ...args], { stdio: 'inherit', env: sparkEnv })
}

/** A Spark that answers: the rows of the last of some statements, each as its values with a space between. */
export interface SparkSession extends Disposable {
  rows(...statements: readonly string[]): Promise<readonly string[]>
}

export function startSpark(address: string): SparkSession {
  const child = spawn(python, [programPath('spark-rows.py'), address], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: sparkEnv,
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return {
    async rows(...statements) {
      child.stdin.write(`${JSON.stringify(statements)}\n`)
      const { value, done } = (await lines.next()) as { value: string; done?: boolean }
      if (done === true) throw new Error(`Spark ended at ${statements.join('; ')}`)
      return JSON.parse(value) as readonly string[]
    },
    [Symbol.dispose]: () => void child.kill(),
  }
}

/** What a Java program of ours prints that uses Apache Iceberg's library, out of its runtime for Spark. */
export async function javaOutput(program: string, args: readonly string[]): Promise<string> {
  const libraries = join(cache, `pyspark-${sparkVersion}`, 'lib')
  const jars = readdirSync(libraries).map((version) => join(libraries, version, 'site-packages/pyspark/jars/*'))
  const classPath = [join(runtime, '*'), ...jars].join(':')
  return outputOf('java', ['-Xmx1g', '-cp', classPath, programPath(program), ...args], process.env)
}

async function outputOf(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${command} ${args.at(-1)} ended with ${code}`)
  return Buffer.concat(chunks).toString()
}

function programPath(name: string): string {
  return new URL(name, import.meta.url).pathname
}
