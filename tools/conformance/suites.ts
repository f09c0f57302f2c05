import { fileURLToPath } from 'node:url'
import type { Endpoints } from '../../test/support/running-weir.ts'

/** The kit lies beside the checkout and is never part of it. */
export const kit = fileURLToPath(new URL('../../../shared/conformance', import.meta.url))

interface Suite {
  readonly name: string
  readonly what: string
  /** Part of what each change must pass. */
  readonly quick: boolean
  /** Starts what it needs by itself. */
  readonly alone?: true
  readonly needs: readonly string[]
  readonly command: (weir: Endpoints | undefined) => readonly string[]
  readonly env?: (weir: Endpoints | undefined) => Readonly<Record<string, string>>
}

export const suites: readonly Suite[] = [
  {
    name: 'kafka',
    what: "librdkafka's own tests, kafka-python, confluent-kafka, kcat",
    quick: true,
    needs: ['kcat', 'python3', 'gcc', 'curl'],
    command: (weir) => [`${kit}/kafka/quick.sh`, weir!.kafka, '--first'],
  },
  {
    name: 'pyiceberg',
    what: 'PyIceberg against the catalog: 19 steps',
    quick: true,
    needs: ['python3', 'curl'],
    command: (weir) => [`${kit}/iceberg/pyiceberg.sh`, weir!.iceberg],
  },
  {
    name: 'tests',
    what: 'our tests that need more than npm packages',
    quick: true,
    alone: true,
    needs: ['python3', 'psql', 'java', 'mvn'],
    command: () => [process.execPath, 'tools/test.ts', 'conformance'],
  },
  {
    name: 'rck',
    what: "Apache Iceberg's REST compatibility kit, tables",
    quick: false,
    needs: ['java', 'mvn'],
    command: (weir) => [`${kit}/iceberg/rck.sh`, weir!.iceberg, 'rck', '--tables'],
  },
  {
    name: 'spark',
    what: 'Spark writes, evolves and reads back',
    quick: false,
    needs: ['java', 'python3'],
    command: (weir) => [`${kit}/iceberg/spark/spark.sh`, weir!.iceberg],
  },
]
