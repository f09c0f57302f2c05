/** What Kafka 4.3 serves and the log does not, by key. From it and from what is served docs/reference/kafka-compatibility.md is made. */
export interface UnservedApis {
  readonly apis: Readonly<Record<number, string>>
  readonly reason: string
}

export const unservedApis: readonly UnservedApis[] = [
  {
    apis: { 34: 'AlterReplicaLogDirs' },
    reason: 'there is one folder of the log; no replica can be moved to another',
  },
  {
    apis: {
      38: 'CreateDelegationToken',
      39: 'RenewDelegationToken',
      40: 'ExpireDelegationToken',
      41: 'DescribeDelegationToken',
    },
    reason: 'delegation tokens are not built: users have SCRAM credentials or certificates',
  },
  {
    apis: { 55: 'DescribeQuorum', 80: 'AddRaftVoter', 81: 'RemoveRaftVoter' },
    reason: 'one node: there is no quorum of controllers',
  },
  {
    apis: { 57: 'UpdateFeatures', 64: 'UnregisterBroker' },
    reason: 'one node, one version of the log: there is nothing to raise and nobody to sign off',
  },
  {
    apis: { 74: 'ListConfigResources' },
    reason: 'it lists who has settings of its own: tools name the group, topic or broker that they ask about',
  },
  {
    apis: {
      76: 'ShareGroupHeartbeat',
      77: 'ShareGroupDescribe',
      78: 'ShareFetch',
      79: 'ShareAcknowledge',
      83: 'InitializeShareGroupState',
      84: 'ReadShareGroupState',
      85: 'WriteShareGroupState',
      86: 'DeleteShareGroupState',
      87: 'ReadShareGroupStateSummary',
      90: 'DescribeShareGroupOffsets',
      91: 'AlterShareGroupOffsets',
      92: 'DeleteShareGroupOffsets',
    },
    reason: 'share groups (KIP-932) are not served: later, if somebody asks',
  },
  {
    apis: { 88: 'StreamsGroupHeartbeat', 89: 'StreamsGroupDescribe' },
    reason: 'streams groups (KIP-1071) are not served: Kafka Streams uses the classic protocol here',
  },
]
