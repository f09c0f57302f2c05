import { defineApi } from '../api.ts'
import { array, int16, int32, string } from '../field.ts'

export const leaveGroupApi = defineApi({
  key: 13,
  name: 'LeaveGroup',
  versions: [0, 5],
  flexibleSince: 4,
  request: {
    groupId: string,
    memberId: string.until(2),
    members: array({
      memberId: string,
      groupInstanceId: string.orNull(),
      reason: string.since(5).orNull(),
    }).since(3),
  },
  response: {
    throttleTimeMs: int32.since(1),
    errorCode: int16,
    members: array({
      memberId: string,
      groupInstanceId: string.orNull().default(''),
      errorCode: int16,
    }).since(3),
  },
})
