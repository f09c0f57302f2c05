import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { kit } from '../../tools/conformance/suites.ts'

/**
 * Spark writes, evolves, deletes, compacts, expires and reads back: `node test/conformance/spark-tables.ts CATALOG`. The kit's
 * last step makes a view in the catalog. This catalog serves tables only and says so, which is what that step must find.
 */
const stepsOnTables = 16
const viewsRefused = 'Server does not support endpoint: POST /v1/{prefix}/namespaces/{namespace}/views'

const [address = ''] = process.argv.slice(2)
const spark = spawn(`${kit}/iceberg/spark/spark.sh`, [address], { stdio: ['ignore', 'pipe', 'pipe'] })
const output: Buffer[] = []
for (const stream of [spark.stdout, spark.stderr])
  stream.on('data', (chunk: Buffer) => {
    output.push(chunk)
    process.stdout.write(chunk)
  })
await once(spark, 'close')
const text = Buffer.concat(output).toString()
const passed = text.match(/^ok +\d+ /gm)?.length ?? 0
const asExpected = passed === stepsOnTables && text.includes(viewsRefused)
console.log(
  `${passed} of ${stepsOnTables} steps on tables passed; views are ${text.includes(viewsRefused) ? 'refused by name' : 'not refused'}`,
)
process.exitCode = asExpected ? 0 : 1
