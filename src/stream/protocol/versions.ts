import type { VersionRange } from './field.ts'

/**
 * The versions that Weir's log serves, by API key: each lies within the codec's table. What is advertised is the same but
 * for Produce, which says 0: librdkafka before 2.1 sends gzip, snappy and lz4 batches uncompressed to a broker that does
 * not (KAFKA-18659); a request below 3 is answered with UNSUPPORTED_VERSION.
 */
export const servedVersions: ReadonlyMap<number, VersionRange> = new Map(
  (
    [
      [0, 3, 13], // Produce: 13 names topics by id only
      [1, 4, 18], // Fetch: 13 and later name topics by id
      [2, 1, 11], // ListOffsets
      [3, 0, 13], // Metadata
      [8, 2, 10], // OffsetCommit
      [9, 1, 10], // OffsetFetch
      [10, 0, 6], // FindCoordinator
      [11, 0, 9], // JoinGroup
      [12, 0, 4], // Heartbeat
      [13, 0, 5], // LeaveGroup
      [14, 0, 5], // SyncGroup
      [15, 0, 6], // DescribeGroups
      [16, 0, 5], // ListGroups
      [17, 0, 1], // SaslHandshake
      [18, 0, 4], // ApiVersions
      [19, 2, 7], // CreateTopics
      [20, 1, 6], // DeleteTopics
      [21, 0, 2], // DeleteRecords
      [22, 0, 5], // InitProducerId: 6 has the fields of two-phase commits, which nobody has yet (KIP-939)
      [23, 2, 4], // OffsetForLeaderEpoch
      [24, 0, 5], // AddPartitionsToTxn
      [25, 0, 4], // AddOffsetsToTxn
      [26, 0, 5], // EndTxn
      [27, 1, 2], // WriteTxnMarkers
      [28, 0, 5], // TxnOffsetCommit
      [29, 1, 3], // DescribeAcls
      [30, 1, 3], // CreateAcls
      [31, 1, 3], // DeleteAcls
      [32, 1, 4], // DescribeConfigs
      [33, 0, 2], // AlterConfigs
      [35, 1, 5], // DescribeLogDirs
      [36, 0, 2], // SaslAuthenticate
      [37, 0, 3], // CreatePartitions
      [42, 0, 2], // DeleteGroups
      [43, 0, 2], // ElectLeaders
      [44, 0, 1], // IncrementalAlterConfigs
      [45, 0, 1], // AlterPartitionReassignments
      [46, 0, 0], // ListPartitionReassignments
      [47, 0, 0], // OffsetDelete
      [48, 0, 1], // DescribeClientQuotas
      [49, 0, 1], // AlterClientQuotas
      [50, 0, 0], // DescribeUserScramCredentials
      [51, 0, 0], // AlterUserScramCredentials
      [60, 0, 2], // DescribeCluster
      [61, 0, 0], // DescribeProducers
      [65, 0, 0], // DescribeTransactions
      [66, 0, 2], // ListTransactions
      [68, 0, 1], // ConsumerGroupHeartbeat
      [69, 0, 1], // ConsumerGroupDescribe
      [75, 0, 0], // DescribeTopicPartitions
    ] as const
  ).map(([key, min, max]) => [key, { min, max }]),
)

/** Features that all of the log speaks, by their level (KIP-584): clients choose their group protocol and their dialect of transactions by it. */
export const finalizedFeatures: readonly { readonly name: string; readonly level: number }[] = [
  { name: 'group.version', level: 1 },
  { name: 'transaction.version', level: 2 },
]

export function advertisedVersions(): { apiKey: number; minVersion: number; maxVersion: number }[] {
  return [...servedVersions].map(([apiKey, { min, max }]) => ({
    apiKey,
    minVersion: apiKey === 0 ? 0 : min,
    maxVersion: max,
  }))
}
