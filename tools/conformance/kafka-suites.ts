import type { Endpoints } from '../../test/support/running-weir.ts'
import { kit } from './kit.ts'
import { run, type Suite } from './suite.ts'

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

/** Of the log and of what goes with it. */
export const kafkaSuites: readonly Suite[] = [
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
    command: () => run('tools/conformance/with-log.ts', ...run('tools/conformance/librdkafka.ts', '{}')),
  },
  {
    name: 'java-tools',
    what: "Apache Kafka's own tools: topics, configs, groups, verifiable clients, transactions",
    quick: false,
    needs: ['java', 'mvn'],
    command: (weir) => run('test/conformance/kafka/java-tools.ts', weir!.kafka),
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
    command: (weir) => run('test/conformance/kafka/spark-streaming.ts', weir!.kafka),
  },
  {
    name: 'schema-registry',
    what: "registry clients and serializers: confluent-kafka, kafkajs's, Confluent's for Node, franz-go's",
    quick: true,
    needs: ['python3', 'go'],
    command: (weir) => run('test/conformance/schema-registry/clients.ts', weir!.http, weir!.kafka),
  },
  {
    name: 'avro',
    what: "Avro's library for Java: 12,000 pairs of schemas read, written and compared alike",
    quick: true,
    alone: true,
    needs: ['java', 'mvn'],
    // A seed of its own choice is for who looks for more: a change does not fail for what it did not touch.
    command: () => run('test/conformance/avro/compare.ts', '251483777'),
  },
  {
    name: 'kafka-tests',
    what: 'our tests that hold the log, the deliveries and the registry against an Apache Kafka',
    quick: false,
    alone: true,
    needs: ['python3', 'java', 'mvn', 'kcat', 'curl'],
    command: () => run('tools/test.ts', 'kafka'),
  },
]
