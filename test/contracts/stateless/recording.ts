import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RecordedExchange } from './record.ts'

const file = join(import.meta.dirname, '../../../src/stream/protocol/fixtures/stateless.json')

const about = {
  client: 'weir: requests that change nothing, in every version that is served',
  broker: 'Apache Kafka 4.3.1',
  note: 'made by src/stream/broker/apis/stateless-answers.kafka.test.ts; hex, without the length; answers to test/contracts/stateless/questions.ts',
}

/** What Apache Kafka answered when it was recorded. */
export function readRecording(): readonly RecordedExchange[] {
  return (JSON.parse(readFileSync(file, 'utf8')) as { exchanges: RecordedExchange[] }).exchanges
}

/** An exchange a line, so that changes can be seen. */
export function writeRecording(exchanges: readonly RecordedExchange[]): void {
  const head = JSON.stringify(about, undefined, 2).slice(0, -2)
  const lines = exchanges.map((exchange) => `    ${JSON.stringify(exchange)}`)
  writeFileSync(file, `${head},\n  "exchanges": [\n${lines.join(',\n')}\n  ]\n}\n`)
}
