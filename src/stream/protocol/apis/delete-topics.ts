import { defineApi } from '../api.ts'
import { array, int16, int32, string, uuid } from '../field.ts'

export const deleteTopicsApi = defineApi({
  key: 20,
  name: 'DeleteTopics',
  versions: [1, 6],
  flexibleSince: 4,
  request: {
    topics: array({
      name: string.orNull(),
      topicId: uuid,
    }).since(6),
    topicNames: array(string).until(5),
    timeoutMs: int32,
  },
  response: {
    throttleTimeMs: int32,
    responses: array({
      name: string.orNull(6).default(''),
      topicId: uuid.since(6),
      errorCode: int16,
      errorMessage: string.since(5).orNull(),
    }),
  },
})
