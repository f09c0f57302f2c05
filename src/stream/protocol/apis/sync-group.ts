import { defineApi } from '../api.ts'
import { array, bytes, int16, int32, string } from '../field.ts'

export const syncGroupApi = defineApi({
  key: 14,
  name: 'SyncGroup',
  versions: [0, 5],
  flexibleSince: 4,
  request: {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: string.since(3).orNull(),
    protocolType: string.since(5).orNull(),
    protocolName: string.since(5).orNull(),
    assignments: array({
      memberId: string,
      assignment: bytes,
    }),
  },
  response: {
    throttleTimeMs: int32.since(1),
    errorCode: int16,
    protocolType: string.since(5).orNull(),
    protocolName: string.since(5).orNull(),
    assignment: bytes,
  },
})
