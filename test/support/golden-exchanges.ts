import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A request of a real client and what Apache Kafka 4.3 answered, without the four bytes of length. */
export interface GoldenExchange {
  /** The file it was recorded in, by the client. */
  readonly file: string
  readonly key: number
  readonly name: string
  readonly version: number
  readonly clientId: string | null
  readonly request: Buffer
  /** Empty where nothing is answered. */
  readonly response: Buffer
}

type RecordedExchange = Omit<GoldenExchange, 'file' | 'request' | 'response'> & {
  readonly request: string
  readonly response: string | null
}

const folder = join(import.meta.dirname, '../../src/stream/protocol/fixtures')

/** All of them: four clients, some forty APIs. */
export const goldenExchanges: readonly GoldenExchange[] = readdirSync(folder).flatMap((file) => {
  const { exchanges } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { exchanges: RecordedExchange[] }
  return exchanges.map((exchange) => ({
    ...exchange,
    file,
    request: Buffer.from(exchange.request, 'hex'),
    response: Buffer.from(exchange.response ?? '', 'hex'),
  }))
})
