import { startApacheKafka } from '../../../test/contracts/apache-kafka.ts'
import { describeStreamCommands } from '../../../test/contracts/stream-commands.ts'

const given = process.env['WEIR_TEST_KAFKA']

describeStreamCommands('Apache Kafka', async () =>
  given ? { bootstrap: given, stop: async () => undefined } : startApacheKafka(),
)
