import { execFileSync } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'

const cache = process.env['WEIR_CACHE'] ?? join(homedir(), '.cache/weir-conformance')

/** Runs a Python program of ours with the PyIceberg that the kit brought along. */
export function runPyIceberg(program: string, args: readonly string[]): void {
  const python = join(cache, `pyiceberg-${process.env['PYICEBERG_VERSION'] ?? '0.12.0'}`, 'bin/python')
  execFileSync(python, [programPath(program), ...args], { stdio: 'inherit' })
}

/** The same with its Spark, and Iceberg's runtime for it. */
export function runPySpark(program: string, args: readonly string[]): void {
  pySpark(program, args, 'inherit')
}

/** What the program prints. */
export function pySparkOutput(program: string, args: readonly string[]): string {
  return pySpark(program, args, 'pipe').toString()
}

function pySpark(program: string, args: readonly string[], output: 'inherit' | 'pipe'): Buffer {
  const version = process.env['PYSPARK_VERSION'] ?? '4.1.4'
  const runtime = `iceberg-spark-${version.replace(/\.\d+$/, '')}_2.13-${process.env['ICEBERG_VERSION'] ?? '1.11.0'}`
  const env = { ...process.env, SPARK_EXTRA_CLASSPATH: join(cache, runtime, '*'), SPARK_LOCAL_IP: '127.0.0.1' }
  return execFileSync(join(cache, `pyspark-${version}`, 'bin/python'), [programPath(program), ...args], {
    stdio: ['ignore', output, 'inherit'],
    env,
    maxBuffer: 64 << 20,
  })
}

function programPath(name: string): string {
  return new URL(name, import.meta.url).pathname
}
