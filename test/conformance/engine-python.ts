import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { mavenJars, pythonWith } from '../../tools/conformance/fetched.ts'
import { kit } from '../../tools/conformance/kit.ts'

/** A Python with what one engine needs, in the places where the kit keeps them too. */
interface EnginePython {
  readonly python: string
  readonly env: Readonly<Record<string, string>>
}

export function pyIceberg(): EnginePython {
  const version = process.env['PYICEBERG_VERSION'] ?? '0.12.0'
  const python = pythonWith(`pyiceberg-${version}`, [`pyiceberg[pyarrow,pyiceberg-core]==${version}`])
  return { python, env: {} }
}

/** With what signs requests to S3 by the catalog. */
export function pyIcebergOnS3(): EnginePython {
  const version = process.env['PYICEBERG_VERSION'] ?? '0.12.0'
  const python = pythonWith(`pyiceberg-s3fs-${version}`, [`pyiceberg[pyarrow,pyiceberg-core,s3fs]==${version}`])
  return { python, env: {} }
}

/** With Iceberg's runtime for it on its class path. */
export function pySpark(): EnginePython {
  const version = process.env['PYSPARK_VERSION'] ?? '4.1.4'
  const iceberg = process.env['ICEBERG_VERSION'] ?? '1.11.0'
  const line = version.replace(/\.\d+$/, '')
  const python = pythonWith(`pyspark-${version}`, [`pyspark==${version}`])
  const runtime = mavenJars(`iceberg-spark-${line}_2.13-${iceberg}`, [
    `org.apache.iceberg:iceberg-spark-runtime-${line}_2.13:${iceberg}`,
  ])
  return { python, env: { SPARK_EXTRA_CLASSPATH: join(runtime, '*'), SPARK_LOCAL_IP: '127.0.0.1' } }
}

/** With Iceberg's client of S3 beside it, and keys that open nothing: the catalog hands out those that do. */
export function withS3Files({ python, env }: EnginePython): EnginePython {
  const iceberg = process.env['ICEBERG_VERSION'] ?? '1.11.0'
  const bundle = mavenJars(`aws-${iceberg}`, [`org.apache.iceberg:iceberg-aws-bundle:${iceberg}`])
  const keys = { AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'wrong' }
  return {
    python,
    env: { ...env, ...keys, SPARK_EXTRA_CLASSPATH: `${env['SPARK_EXTRA_CLASSPATH']}:${join(bundle, '*')}` },
  }
}

/** The class path of Iceberg's library for Java with its client of S3, and what it wants of Hadoop. */
export function icebergJars(): string {
  const version = process.env['ICEBERG_VERSION'] ?? '1.11.0'
  const bundle = mavenJars(`aws-${version}`, [`org.apache.iceberg:iceberg-aws-bundle:${version}`])
  const client = mavenJars(`iceberg-client-${version}`, [
    ...['core', 'aws'].map((part) => `org.apache.iceberg:iceberg-${part}:${version}`),
    'org.apache.hadoop:hadoop-client-api:3.4.2',
    'org.slf4j:slf4j-nop:1.7.36',
  ])
  return [client, bundle].map((folder) => join(folder, '*')).join(':')
}

/** The environment of a program of ours in an engine's Python; the kit's `digest` can be imported. */
export function pythonEnvironment({ env }: EnginePython): NodeJS.ProcessEnv {
  return { ...process.env, ...env, PYTHONPATH: `${kit}/iceberg`, PYTHONDONTWRITEBYTECODE: '1' }
}

/** What a program of ours prints that reads `input`; its errors are shown. */
export async function answerOfPySpark(program: string, args: readonly string[], input: string): Promise<string> {
  const engine = pySpark()
  const env = pythonEnvironment(engine)
  const child = spawn(engine.python, [programPath(program), ...args], { stdio: ['pipe', 'pipe', 'inherit'], env })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${program} ended with ${code}`)
  return Buffer.concat(chunks).toString()
}

export function programPath(name: string): string {
  return new URL(name, import.meta.url).pathname
}
