// `spark-streaming.ts BOOTSTRAP`: Spark with its own Kafka source and sink.
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mavenJars, pythonWith } from '../../../tools/conformance/fetched.ts'

const [bootstrap = ''] = process.argv.slice(2)
const version = '4.1.1'
const records = 2000

const python = pythonWith(`pyspark-${version}-streaming`, [`pyspark==${version}`])
const fetched = mavenJars(`spark-kafka-${version}`, [`org.apache.spark:spark-sql-kafka-0-10_2.13:${version}`])
const jars = globSync(join(fetched, '*.jar'))
const folder = mkdtempSync(join(tmpdir(), 'weir-spark-streaming-'))
try {
  execFileSync(python, [new URL('spark-streaming.py', import.meta.url).pathname, bootstrap, String(records), folder], {
    stdio: 'inherit',
    env: { ...process.env, PYSPARK_SUBMIT_ARGS: `--jars ${jars.join(',')} pyspark-shell`, SPARK_LOCAL_IP: '127.0.0.1' },
  })
} finally {
  rmSync(folder, { recursive: true, force: true })
}
