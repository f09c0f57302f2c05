import { decodeResponse, encodeRequest } from '../../../src/stream/protocol/messages.ts'
import { exchangeFrames } from '../../support/ask-kafka.ts'
import { groupsAreServed, makeTopic, transactionsAreServed } from '../settled-broker.ts'
import { existingTopic } from './question.ts'
import { statelessQuestions } from './questions.ts'

/** An exchange as the golden ones are kept. */
export interface RecordedExchange {
  readonly key: number
  readonly name: string
  readonly version: number
  readonly clientId: string
  readonly request: string
  readonly response: string
}

const clientId = 'weir'

/** Makes the topic that the questions are about; its id. The broker is as they want it then. */
export async function makeReady(port: number): Promise<string> {
  const { name, partitions, configs } = existingTopic
  await groupsAreServed(port)
  await transactionsAreServed(port)
  return makeTopic(port, name, partitions, configs)
}

/** Puts every question to a broker that has nothing yet. */
export async function recordStateless(port: number): Promise<readonly RecordedExchange[]> {
  const recorded: RecordedExchange[] = []
  for (const { api, version, body } of statelessQuestions(await makeReady(port))) {
    const request = encodeRequest(api, { apiVersion: version, correlationId: 1, clientId }, body)
    const response = await exchangeFrames(port, request).catch((error: unknown) => {
      throw new Error(`${api.name} ${version} ${JSON.stringify(body)}`, { cause: error })
    })
    decodeResponse(api, version, response)
    const frame = Buffer.concat(request).subarray(4).toString('hex')
    recorded.push({
      key: api.key,
      name: api.name,
      version,
      clientId,
      request: frame,
      response: response.toString('hex'),
    })
  }
  return recorded
}
