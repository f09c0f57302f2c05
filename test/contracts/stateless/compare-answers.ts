import type { Api } from '../../../src/stream/protocol/api.ts'
import { metadataApi } from '../../../src/stream/protocol/apis/metadata.ts'
import type { Decoded, Shape } from '../../../src/stream/protocol/field.ts'
import { readRequestHeader } from '../../../src/stream/protocol/header.ts'
import { decodeRequest, decodeResponse } from '../../../src/stream/protocol/messages.ts'
import { apiOfKey } from '../../../src/stream/protocol/registry.ts'
import { askKafka } from '../../support/ask-kafka.ts'
import { plainAnswer, withId } from './plain-answer.ts'
import { existingTopic } from './question.ts'
import type { RecordedExchange } from './record.ts'

/** A recorded question, what was answered then, and what a broker answers now. */
export interface Compared {
  readonly api: Api
  readonly version: number
  readonly request: Decoded<Shape>
  readonly recorded: unknown
  readonly answer: unknown
}

/** Puts the recorded questions to a broker that is ready for them; `topicId` is of its topic. */
export async function compareAnswers(
  port: number,
  topicId: string,
  recording: readonly RecordedExchange[],
): Promise<readonly Compared[]> {
  const recordedId = topicIdIn(recording)
  const compared: Compared[] = []
  for (const exchange of recording) {
    const { api, version, request } = questionOf(exchange)
    const answer = await askKafka(port, api, version, withId(request, recordedId, topicId))
    const recorded = answerOf(exchange)
    compared.push({
      ...{ api, version, request },
      recorded: plainAnswer(recorded, new Map([[recordedId, existingTopic.name]])),
      answer: plainAnswer(answer, new Map([[topicId, existingTopic.name]])),
    })
  }
  return compared
}

function questionOf({ key, version, request }: RecordedExchange) {
  const api = apiOfKey(key)!
  const frame = Buffer.from(request, 'hex')
  return { api, version, request: decodeRequest(api, frame, readRequestHeader(frame)).body }
}

function answerOf({ key, version, response }: RecordedExchange): Decoded<Shape> {
  return decodeResponse(apiOfKey(key)!, version, Buffer.from(response, 'hex')).body
}

function topicIdIn(recording: readonly RecordedExchange[]): string {
  const described = recording.find(
    ({ key, version }) => key === metadataApi.key && version === metadataApi.versions.max,
  )!
  const { topics } = answerOf(described) as Decoded<(typeof metadataApi)['response']>
  return topics.find(({ name }) => name === existingTopic.name)!.topicId
}
