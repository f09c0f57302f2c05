import { defineApi } from '../api.ts'
import { array, int16, int32, string, struct, uuid } from '../field.ts'

export const consumerGroupHeartbeatApi = defineApi({
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  versions: [0, 1],
  flexibleSince: 0,
  request: {
    groupId: string,
    memberId: string,
    memberEpoch: int32,
    instanceId: string.orNull(),
    rackId: string.orNull(),
    rebalanceTimeoutMs: int32.default(-1),
    subscribedTopicNames: array(string).orNull(),
    subscribedTopicRegex: string.since(1).orNull(),
    serverAssignor: string.orNull(),
    topicPartitions: array({ topicId: uuid, partitions: array(int32) }).orNull(),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.orNull(),
    memberId: string.orNull(),
    memberEpoch: int32,
    heartbeatIntervalMs: int32,
    assignment: struct({
      topicPartitions: array({ topicId: uuid, partitions: array(int32) }),
    }).orNull(),
  },
})
