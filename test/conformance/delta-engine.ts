import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { mavenJars, pythonWith } from '../../tools/conformance/fetched.ts'

/** An engine of Delta that nobody here wrote, by programs in Python. */
export interface DeltaEngine {
  readonly name: string
  /** Makes tables, and prints what it reads of them. */
  readonly tables: string
  /** Reads tables, or adds to them. */
  readonly rows: string
  /** The lines of JSON that a program prints. */
  run(program: string, args: readonly string[]): readonly string[]
}

export function deltaEngine(name: string): DeltaEngine {
  if (name === 'delta-rs') {
    const python = pythonWith('deltalake-1.6.6', ['deltalake==1.6.6', 'pyarrow==26.0.1'])
    return { name, tables: 'delta-tables.py', rows: 'delta-rows.py', run: (...what) => linesOf(python, ...what) }
  }
  if (name !== 'spark') throw new Error('name an engine: delta-rs, spark')
  const python = pythonWith('pyspark-4.1.4', ['pyspark==4.1.4'])
  const jars = deltaJars(mavenJars('delta-spark-4.1_2.13-4.4.0', ['io.delta:delta-spark_4.1_2.13:4.4.0']))
  return {
    name,
    tables: 'delta-spark-tables.py',
    rows: 'delta-spark-rows.py',
    run: (program, args) => linesOf(python, program, [jars, ...args]),
  }
}

/** What else it needs, Spark has itself, in the versions that fit. */
function deltaJars(jars: string): string {
  const own = readdirSync(jars).filter((name) => /^(delta-|unitycatalog-).*\.jar$/.test(name))
  return own.map((name) => join(jars, name)).join(',')
}

function linesOf(python: string, program: string, args: readonly string[]): readonly string[] {
  const output = execFileSync(python, [new URL(program, import.meta.url).pathname, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, SPARK_LOCAL_IP: '127.0.0.1' },
    maxBuffer: 64 << 20,
  })
  return output
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('{'))
}
