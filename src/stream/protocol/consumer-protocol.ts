import { compileShape } from './compile.ts'
import { array, bytes, int32, string, type Decoded, type Input, type Shape } from './field.ts'
import type { Codec } from './primitive-codecs.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

/**
 * What consumers say to each other inside JoinGroup and SyncGroup (protocol type "consumer"). A version, then the fields; later
 * versions append, so a newer one is read as the newest that is known.
 */
const versionMax = 3

const assignmentShape = {
  assignedPartitions: array({ topic: string, partitions: array(int32) }),
  userData: bytes.orNull(),
}

const subscriptionShape = {
  topics: array(string),
  userData: bytes.orNull(),
  ownedPartitions: array({ topic: string, partitions: array(int32) }).since(1),
  generationId: int32.since(2).default(-1),
  rackId: string.since(3).orNull(),
}

type ConsumerAssignment = Decoded<typeof assignmentShape>
type ConsumerSubscription = Decoded<typeof subscriptionShape>

const codecs = new Map<Shape, Codec[]>()

function codecOf(shape: Shape, version: number): Codec {
  let versions = codecs.get(shape)
  if (!versions) codecs.set(shape, (versions = []))
  return (versions[version] ??= compileShape(shape, version, false))
}

function decode<S extends Shape>(shape: S, data: Buffer): Decoded<S> {
  const reader = new Reader(data)
  const version = Math.max(0, Math.min(reader.int16(), versionMax))
  return codecOf(shape, version).read(reader) as Decoded<S>
}

/** Throws WEIR-3001 for bytes that are none. */
export function decodeSubscription(metadata: Buffer): ConsumerSubscription {
  return decode(subscriptionShape, metadata)
}

/**
 * Throws WEIR-3001 for bytes that are none: other protocol types than `consumer` have their own. A member without an assignment has
 * no bytes, and no partitions.
 */
export function decodeAssignment(assignment: Buffer): ConsumerAssignment {
  return assignment.length === 0 ? { assignedPartitions: [], userData: null } : decode(assignmentShape, assignment)
}

export function encodeAssignment(assignment: Input<typeof assignmentShape>, version: number): Buffer {
  return encode(assignmentShape, assignment, version)
}

export function encodeSubscription(subscription: Input<typeof subscriptionShape>, version: number): Buffer {
  return encode(subscriptionShape, subscription, version)
}

function encode<S extends Shape>(shape: S, value: Input<S>, version: number): Buffer {
  const known = Math.max(0, Math.min(version, versionMax))
  const writer = new Writer()
  writer.int16(known)
  codecOf(shape, known).write(writer, value)
  return Buffer.concat(writer.finish())
}
