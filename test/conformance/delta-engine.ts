import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { mavenJars, pythonWith } from '../../tools/conformance/fetched.ts'
import { s3Server } from '../support/s3-store.ts'

/** An engine of Delta that nobody here wrote, by programs in Python. */
export interface DeltaEngine {
  readonly name: string
  readonly isOnS3: boolean
  /** Whether it never writes over a version that another writer has made behind its look at the log. */
  readonly keepsVersions: boolean
  /** Makes tables, and prints what it reads of them. */
  readonly tables: string
  /** Reads tables, or adds to them. */
  readonly rows: string
  /** What it calls the place of a table: a path, or a URL of its own kind. */
  nameOf(location: string): string
  /** The objects of JSON that a program prints in lines; `told` hears of each when it comes. */
  run(program: string, args: readonly string[], told?: (line: string) => void): Promise<readonly string[]>
}

/** `isOnS3`: its tables lie in the S3 server of the environment. */
export function deltaEngine(name: string, isOnS3: boolean): DeltaEngine {
  if (name === 'delta-rs') {
    const python = pythonWith('deltalake-1.6.6', ['deltalake==1.6.6', 'pyarrow==26.0.1'])
    const env = isOnS3 ? { AWS_ENDPOINT_URL: s3Server().endpoint, AWS_ALLOW_HTTP: 'true' } : {}
    return {
      name,
      isOnS3,
      keepsVersions: true,
      tables: 'delta-tables.py',
      rows: 'delta-rows.py',
      nameOf: pathOf,
      run: (program, args, told) => linesOf(python, program, args, { env, told }),
    }
  }
  if (name !== 'spark') throw new Error('name an engine: delta-rs, spark')
  const python = pythonWith('pyspark-4.1.4', ['pyspark==4.1.4'])
  const jars = deltaJars(mavenJars('delta-spark-4.1_2.13-4.4.0', ['io.delta:delta-spark_4.1_2.13:4.4.0']))
  const ofS3 = isOnS3 ? s3Jars() : []
  const env = { SPARK_LOCAL_IP: '127.0.0.1' }
  return {
    name,
    isOnS3,
    // Its log store of S3 takes turns within one driver alone: it asks whether the version is there, and then puts it without a condition.
    keepsVersions: !isOnS3,
    tables: 'delta-spark-tables.py',
    rows: 'delta-spark-rows.py',
    nameOf: (location) => pathOf(location).replace(/^s3:/, 's3a:'),
    run: (program, args, told) => linesOf(python, program, [[...jars, ...ofS3].join(','), ...args], { env, told }),
  }
}

function pathOf(location: string): string {
  return location.replace(/^file:\/\//, '')
}

/** What else it needs, Spark has itself, in the versions that fit. */
function deltaJars(jars: string): readonly string[] {
  return jarsOf(jars, /^(delta-|unitycatalog-).*\.jar$/)
}

/** Hadoop's files in S3, with those parts of Amazon's client that they use: all of it is half a gigabyte. */
function s3Jars(): readonly string[] {
  const parts = ['s3', 's3-transfer-manager', 'sts'].map((part) => `software.amazon.awssdk:${part}:2.29.52`)
  const whole = 'software.amazon.awssdk:bundle'
  return jarsOf(mavenJars('hadoop-aws-3.4.2', ['org.apache.hadoop:hadoop-aws:3.4.2', ...parts], [whole]), /\.jar$/)
}

function jarsOf(folder: string, names: RegExp): readonly string[] {
  return readdirSync(folder)
    .filter((name) => names.test(name))
    .map((name) => join(folder, name))
}

async function linesOf(
  python: string,
  program: string,
  args: readonly string[],
  {
    env,
    told = () => undefined,
  }: { readonly env: NodeJS.ProcessEnv; readonly told: ((line: string) => void) | undefined },
): Promise<readonly string[]> {
  const child = spawn(python, [new URL(program, import.meta.url).pathname, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  const ended = once(child, 'close') as Promise<[number | null]>
  const lines: string[] = []
  for await (const line of createInterface(child.stdout)) {
    if (!line.startsWith('{')) continue
    lines.push(line)
    told(line)
  }
  const [code] = await ended
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`)
  return lines
}
