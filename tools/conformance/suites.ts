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
  /** Of the Weir that is started for it; an empty one without it. */
  readonly project?: string
  readonly command: (weir: Endpoints | undefined) => readonly string[]
  readonly env?: (weir: Endpoints | undefined) => Readonly<Record<string, string>>
}

/** They create tables at file:/tmp/NAMESPACE/TABLE, which a running Weir refuses with WEIR-8005: it writes under its lake only. */
const outsideTheLake = [
  'testCompleteCreateTransaction',
  'testCompleteCreateTable',
  'testCompleteCreateTransactionV2',
  'testCreateTableWithDefaultColumnValue',
  'testCompleteCreateOrReplaceTransactionCreate',
  'testCompleteCreateOrReplaceTransactionReplace',
  'testCompleteReplaceTransaction',
  'testCompleteCreateTransactionMultipleSchemas',
  'testLoadTable',
]
/** The same of views: they name the kit's own temporary folders. */
const viewsOutsideTheLake = [
  'completeCreateView',
  'createViewWithCustomMetadataLocation',
  'createAndReplaceViewWithLocation',
  'updateViewLocation',
]

/**
 * All that the kit calls `consume` but for TestConsumeRegex and Test848RegexBrokerResolves: they subscribe to the topic
 * `__consumer_offsets`, and offsets lie in no topic here. Patterns are in librdkafka's test 0033.
 */
const franzConsume = [
  'TestUnknownGroupOffsetFetchPinned',
  'TestPing',
  'TestIssue(1034|325|337|434|523|648|810|865|769|831)',
  'TestConsume(TopicRetrieval|TopicRetrieval_Many|MaxDecompressBatchBytes)',
  'TestDirectPartitionPurge',
  'TestAddRemovePartitions',
  'TestPauseIssue489',
  'TestPauseIssueOct2023',
  'TestIssueFetchLargerThanBrokerMaxReadBytes',
  'TestPooling',
  'TestGroupSimple',
  'TestHookPollStart',
  'TestClient_Produce',
  'TestClient_ProduceLargeMessages',
]

export const suites: readonly Suite[] = [
  {
    name: 'kafka',
    what: "librdkafka's tests of data and topics, kafka-python, confluent-kafka, franz-go's groups, kcat",
    quick: true,
    needs: ['kcat', 'python3', 'gcc', 'go', 'curl'],
    command: (weir) => [`${kit}/kafka/quick.sh`, weir!.kafka],
  },
  {
    name: 'librdkafka',
    what: 'all of its own tests that pass on Apache Kafka 4: 87, two sub-tests left out with the reason',
    quick: false,
    alone: true,
    needs: ['gcc', 'java', 'mvn', 'python3'],
    command: () => [
      process.execPath,
      'tools/conformance/with-log.ts',
      ...[process.execPath, 'tools/conformance/librdkafka.ts', '{}'],
    ],
  },
  {
    name: 'java-tools',
    what: "Apache Kafka's own tools: topics, configs, groups, verifiable clients, transactions",
    quick: false,
    needs: ['java', 'mvn'],
    command: (weir) => [process.execPath, 'test/conformance/kafka/java-tools.ts', weir!.kafka],
  },
  ...(['etl', 'txn'] as const).map((test) => ({
    name: `franz-${test}`,
    what: `franz-go's own ${test === 'etl' ? 'group' : 'transaction'} tests, 100,000 records, 31 partitions`,
    quick: false,
    needs: ['go'],
    command: (weir: Endpoints | undefined) => [
      `${kit}/kafka/franz.sh`,
      ...[weir!.kafka, test, '--records', '100000', '--parts', '31'],
    ],
  })),
  {
    name: 'franz-consume',
    what: "franz-go's own tests of consuming: pauses, truncation, large records; two left out with the reason",
    quick: false,
    needs: ['go'],
    command: (weir) => [`${kit}/kafka/franz.sh`, weir!.kafka, `^(${franzConsume.join('|')})$`],
  },
  {
    name: 'connect',
    what: 'Kafka Connect with two workers, of which one is killed',
    quick: false,
    needs: ['java', 'mvn', 'python3'],
    command: (weir) => [`${kit}/kafka/connect.sh`, weir!.kafka],
  },
  {
    name: 'connect-eos',
    what: 'the same with a source that delivers exactly once',
    quick: false,
    needs: ['java', 'mvn', 'python3'],
    command: (weir) => [`${kit}/kafka/connect.sh`, weir!.kafka, '--eos'],
  },
  {
    name: 'streams',
    what: 'a Kafka Streams job, exactly once, killed three times',
    quick: false,
    needs: ['java', 'mvn', 'python3'],
    command: (weir) => [`${kit}/kafka/streams-eos.sh`, weir!.kafka],
  },
  {
    name: 'spark-streaming',
    what: 'Spark structured streaming reads and writes topics, and goes on where it was stopped',
    quick: false,
    needs: ['java', 'mvn', 'python3'],
    command: (weir) => [process.execPath, 'test/conformance/kafka/spark-streaming.ts', weir!.kafka],
  },
  {
    name: 'pyiceberg',
    what: 'PyIceberg against the catalog: 19 steps',
    quick: true,
    needs: ['python3', 'curl'],
    command: (weir) => [`${kit}/iceberg/pyiceberg.sh`, weir!.iceberg],
  },
  {
    name: 'pyiceberg-own',
    what: "PyIceberg's own tests of catalogs, names with slashes among them: 40 pass",
    quick: false,
    needs: ['python3', 'curl'],
    command: (weir) => [`${kit}/iceberg/pyiceberg.sh`, weir!.iceberg, '--own'],
    // Its tests read no configuration file, and an environment variable cannot spell the key: the catalog tells it.
    project: `import { defineProject } from 'weir-data'
export default defineProject({ name: 'pyiceberg', resources: [],
  catalog: { defaults: { supports_slash_in_identifier: 'true' } } })`,
  },
  {
    name: 'iceberg-oauth',
    what: "PyIceberg and Java's client with a credential, a token, and wrong ones, against a Weir that asks for them",
    quick: false,
    alone: true,
    needs: ['python3', 'curl', 'java', 'mvn'],
    command: () => [process.execPath, 'test/conformance/iceberg-oauth.ts'],
  },
  {
    name: 'policies',
    what: 'users by PyIceberg and by SQL: what one lets them do, the other does, for the same reason',
    quick: false,
    alone: true,
    needs: ['python3'],
    command: () => [process.execPath, 'test/conformance/policies.ts'],
  },
  {
    name: 'schema-registry',
    what: "registry clients and serializers: confluent-kafka, kafkajs's, Confluent's for Node, franz-go's",
    quick: true,
    needs: ['python3', 'go'],
    command: (weir) => [process.execPath, 'test/conformance/schema-registry/clients.ts', weir!.http, weir!.kafka],
  },
  {
    name: 'avro',
    what: "Avro's library for Java: 12,000 pairs of schemas read, written and compared alike",
    quick: true,
    alone: true,
    needs: ['java', 'mvn'],
    // A seed of its own choice is for who looks for more: a change does not fail for what it did not touch.
    command: () => [process.execPath, 'test/conformance/avro/compare.ts', '251483777'],
  },
  {
    name: 'tests',
    what: 'our tests that need more than npm packages, but for an Apache Kafka',
    quick: true,
    alone: true,
    needs: ['python3', 'psql', 'java', 'mvn', 'go', 'curl', 'systemctl'],
    command: () => [process.execPath, 'tools/conformance/with-s3.ts', process.execPath, 'tools/test.ts', 'conformance'],
  },
  {
    name: 'kafka-tests',
    what: 'our tests that hold the log, the deliveries and the registry against an Apache Kafka',
    quick: false,
    alone: true,
    needs: ['python3', 'java', 'mvn', 'kcat', 'curl'],
    command: () => [process.execPath, 'tools/test.ts', 'kafka'],
  },
  {
    name: 'readers',
    what: 'PyIceberg reads the rows that a delivery wrote',
    quick: true,
    alone: true,
    needs: ['python3'],
    command: () => [process.execPath, 'test/conformance/iceberg-readers.ts', 'pyiceberg'],
  },
  {
    name: 'clients',
    what: 'psql and PyIceberg read a table by the lines that the console shows, with a token and a password too',
    quick: true,
    alone: true,
    needs: ['python3', 'psql'],
    command: () => [process.execPath, 'test/conformance/table-clients.ts', 'psql', 'pyiceberg'],
  },
  {
    name: 'spark-clients',
    what: 'Spark reads a table by the line that the console shows, with a token too',
    quick: false,
    alone: true,
    needs: ['java', 'mvn', 'python3'],
    command: () => [process.execPath, 'test/conformance/table-clients.ts', 'spark'],
  },
  {
    name: 'bounds',
    what: 'PyIceberg finds each value by the bounds of its file',
    quick: true,
    alone: true,
    needs: ['python3'],
    command: () => [
      process.execPath,
      'tools/conformance/with-catalog.ts',
      process.execPath,
      'test/conformance/iceberg-bounds.ts',
      '{}',
    ],
  },
  {
    name: 'written-deletes',
    what: 'PyIceberg reads tables without the rows that our position deletes and deletion vectors name',
    quick: true,
    alone: true,
    needs: ['python3'],
    command: () => [
      process.execPath,
      'tools/conformance/with-catalog.ts',
      process.execPath,
      'test/conformance/iceberg-deletes.ts',
      '{}',
    ],
  },
  {
    name: 'keyed',
    what: 'PyIceberg reads the rows of tables with a key that deliveries upsert into and delete from',
    quick: true,
    alone: true,
    needs: ['python3'],
    command: () => [process.execPath, 'test/conformance/iceberg-keyed.ts', 'pyiceberg'],
  },
  {
    name: 'spark-keyed',
    what: 'Spark reads the same rows of tables with a key',
    quick: false,
    alone: true,
    needs: ['java', 'mvn', 'python3'],
    command: () => [process.execPath, 'test/conformance/iceberg-keyed.ts', 'spark'],
  },
  {
    name: 'trino-keyed',
    what: 'Trino reads the same rows of tables with a key',
    quick: false,
    alone: true,
    needs: ['java', 'mvn', 'python3', 'curl'],
    command: () => [process.execPath, 'test/conformance/iceberg-keyed.ts', 'trino'],
  },
  {
    name: 'keyed-s3',
    what: 'PyIceberg, Spark and Trino read tables with a key that lie in S3',
    quick: false,
    alone: true,
    needs: ['java', 'mvn', 'python3', 'curl', 'go'],
    command: () => [
      process.execPath,
      'tools/conformance/with-s3.ts',
      ...[process.execPath, 'test/conformance/iceberg-keyed.ts', 'pyiceberg', 'spark', 'trino', '--s3'],
    ],
  },
  {
    name: 'delta-rs',
    what: 'Delta tables that delta-rs wrote, row for row; what Weir writes, read and written on by delta-rs, and by Weir again',
    quick: true,
    alone: true,
    needs: ['python3'],
    command: () => [process.execPath, 'test/conformance/delta-readers.ts', 'delta-rs'],
  },
  {
    name: 'delta-spark',
    what: 'Delta tables that Spark wrote: deletion vectors, mapped and widened columns, checkpoints of version 2; what Weir writes, read and written on by Spark, and by Weir again',
    quick: false,
    alone: true,
    needs: ['java', 'mvn', 'python3'],
    command: () => [process.execPath, 'test/conformance/delta-readers.ts', 'spark'],
  },
  {
    name: 'spark-readers',
    what: 'Spark reads the rows that a delivery wrote',
    quick: false,
    alone: true,
    needs: ['java', 'mvn', 'python3'],
    command: () => [process.execPath, 'test/conformance/iceberg-readers.ts', 'spark'],
  },
  ...(['pyiceberg', 'spark'] as const).map((engine) => ({
    name: `${engine}-s3`,
    what: `${engine === 'spark' ? 'Spark' : 'PyIceberg'} reads the rows of a delivery whose tables lie in S3, and writes tables there, with the keys that the catalog hands out`,
    quick: engine === 'pyiceberg',
    alone: true as const,
    needs: ['python3', 'go', 'curl', ...(engine === 'spark' ? ['java', 'mvn'] : [])],
    command: () => [
      process.execPath,
      'tools/conformance/with-s3.ts',
      ...[process.execPath, 'test/conformance/iceberg-readers.ts', engine, '--s3'],
    ],
  })),
  {
    name: 'deletes',
    what: 'Spark deletes and changes rows of a delivery by position; PyIceberg, Spark and our SQL read the same ones',
    quick: false,
    alone: true,
    needs: ['java', 'mvn', 'python3'],
    command: () => [process.execPath, 'test/conformance/iceberg-readers.ts', 'pyiceberg', 'spark', '--deletes'],
  },
  {
    name: 'equality-deletes',
    what: "Upserts and deletes by key of Apache Iceberg's own writers: Weir reads and compacts what Iceberg's own reader gives",
    quick: false,
    alone: true,
    needs: ['java', 'mvn', 'python3'],
    command: () => [
      process.execPath,
      'tools/conformance/with-catalog.ts',
      process.execPath,
      'test/conformance/iceberg-equality-deletes.ts',
      '{}',
    ],
  },
  {
    name: 'version-3',
    what: 'Weir and Spark write a table of version 3 in turn: vectors, row lineage, compaction; PyIceberg reads what is left',
    quick: false,
    alone: true,
    needs: ['java', 'mvn', 'python3'],
    command: () => [
      process.execPath,
      'tools/conformance/with-catalog.ts',
      process.execPath,
      'test/conformance/iceberg-version-3.ts',
      '{}',
    ],
  },
  {
    name: 'rck',
    what: "Apache Iceberg's REST compatibility kit, tables and views, strict, against the catalog alone: 151 pass",
    quick: false,
    alone: true,
    needs: ['java', 'mvn', 'python3'],
    command: () => [
      process.execPath,
      'tools/conformance/with-catalog.ts',
      ...[process.execPath, 'tools/conformance/rck.ts', '{}'],
    ],
  },
  {
    name: 'rck-weir',
    what: 'the same against a running Weir, but for the tests that name folders outside its lake',
    quick: false,
    needs: ['java', 'mvn'],
    command: (weir) => [
      process.execPath,
      'tools/conformance/rck.ts',
      ...[weir!.iceberg, ...outsideTheLake, ...viewsOutsideTheLake],
    ],
  },
  {
    name: 'foreign-catalog',
    what: "eight of Weir's writers against Apache Iceberg's own REST catalog: no update lost, no row twice; then maintenance",
    quick: false,
    alone: true,
    needs: ['java', 'mvn', 'curl'],
    command: () => [process.execPath, 'test/conformance/foreign-catalog.ts'],
  },
  {
    name: 'foreign-project',
    what: "a project whose tables are in Apache Iceberg's own REST catalog: delivered, queried, killed, compacted, proven, dropped",
    quick: false,
    alone: true,
    needs: ['java', 'mvn', 'curl'],
    command: () => [process.execPath, 'test/conformance/foreign-project.ts'],
  },
  {
    name: 'foreign-project-s3',
    what: "the same with the tables' files in an S3 server",
    quick: false,
    alone: true,
    needs: ['java', 'mvn', 'curl', 'go', 'python3'],
    command: () => [
      process.execPath,
      'tools/conformance/with-s3.ts',
      ...[process.execPath, 'test/conformance/foreign-project.ts', '--s3'],
    ],
  },
  {
    name: 'spark',
    what: 'Spark writes, evolves, deletes, compacts and reads back, and makes, reads and drops a view',
    quick: false,
    needs: ['java', 'python3'],
    command: (weir) => [`${kit}/iceberg/spark/spark.sh`, weir!.iceberg],
  },
  {
    name: 'sql-trino',
    what: 'one project answered by its own engine and then by Trino, through the PostgreSQL port: the same bytes; tails, refusals, cancellation, psql, psycopg, SQLAlchemy, pgjdbc',
    quick: false,
    alone: true,
    needs: ['java', 'mvn', 'python3', 'curl', 'psql'],
    command: () => [process.execPath, 'test/conformance/sql/trino-port.ts'],
  },
  {
    name: 'engines-quick',
    what: 'PyIceberg and our SQL make, evolve, partition, write, delete from and compact the same tables, and read the same rows',
    quick: true,
    alone: true,
    needs: ['python3'],
    command: () => [process.execPath, 'test/conformance/engines/compare.ts', '--engines', 'weir,pyiceberg'],
  },
  {
    name: 'engines',
    what: 'the same by Spark and Trino too, each reading what each wrote: docs/reference/engines.md',
    quick: false,
    alone: true,
    needs: ['java', 'mvn', 'python3', 'curl'],
    command: () => [process.execPath, 'test/conformance/engines/compare.ts'],
  },
  {
    name: 'engines-s3',
    what: 'the same on tables that lie in S3',
    quick: false,
    alone: true,
    needs: ['java', 'mvn', 'python3', 'curl', 'go'],
    command: () => [
      process.execPath,
      'tools/conformance/with-s3.ts',
      ...[process.execPath, 'test/conformance/engines/compare.ts', '--s3'],
    ],
  },
  {
    name: 'tpch',
    what: "TPC-H's 22 queries by our SQL and by Spark over our tables, against DuckDB over the generator's files; -- --scale N, 0.1 by default",
    quick: false,
    alone: true,
    needs: ['java', 'mvn', 'python3'],
    command: () => [process.execPath, 'test/conformance/tpch/compare-engines.ts'],
  },
]
