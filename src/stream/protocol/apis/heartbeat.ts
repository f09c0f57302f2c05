import { defineApi } from '../api.ts'
import { int16, int32, string } from '../field.ts'

export const heartbeatApi = defineApi({
  key: 12,
  name: 'Heartbeat',
  versions: [0, 4],
  flexibleSince: 4,
  request: {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: string.since(3).orNull(),
  },
  response: {
    throttleTimeMs: int32.since(1),
    errorCode: int16,
  },
})
