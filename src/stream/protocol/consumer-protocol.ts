import { compileShape } from './compile.ts'
import { array, bytes, int32, string, type Decoded } from './field.ts'
import { Reader } from './reader.ts'

/** What the leader of a group of consumers puts into the bytes of SyncGroup; the broker of the classic protocol need not know it. */
const assignment = { assignedPartitions: array({ topic: string, partitions: array(int32) }), userData: bytes.orNull() }

type ConsumerAssignment = Decoded<typeof assignment>

/** Newer versions only add fields at the end. */
const versionMax = 3

/**
 * Throws WEIR-3001 for bytes that are none: other protocol types than `consumer` have their own. A member without an assignment has
 * no bytes, and no partitions.
 */
export function readAssignment(data: Buffer): ConsumerAssignment {
  if (data.length === 0) return { assignedPartitions: [], userData: null }
  const reader = new Reader(data)
  const version = Math.max(0, Math.min(versionMax, reader.int16()))
  return compileShape(assignment, version, false).read(reader) as ConsumerAssignment
}
