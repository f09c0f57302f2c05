/** One node leads every partition, always: its epoch never changes. */
export const leaderEpoch = 0

/**
 * What stands in the epoch of a batch that was written and synced together with the one before it; to clients it means
 * "unknown". So a batch with `leaderEpoch` proves that all before it in the file was synced: its write began only then. After a
 * power cut that is how a torn tail, which nobody was told of, is known from damage to what was acknowledged.
 */
export const sharedSyncEpoch = -1
