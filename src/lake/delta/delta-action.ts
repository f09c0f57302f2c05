import { z } from 'zod'

/** Where the deleted rows of a file are named (Delta protocol, "Deletion Vector Descriptor Schema"). */
const deletionVector = z.object({
  /** `u`: a file named by a UUID; `p`: one by its path; `i`: here. */
  storageType: z.enum(['u', 'i', 'p']),
  pathOrInlineDv: z.string(),
  offset: z.number().nullish(),
  sizeInBytes: z.number(),
  cardinality: z.number(),
})
export type DeletionVectorDescriptor = z.output<typeof deletionVector>

const add = z.object({
  path: z.string(),
  partitionValues: z.record(z.string(), z.string().nullable()).nullish(),
  size: z.number(),
  modificationTime: z.number(),
  dataChange: z.boolean().nullish(),
  /** JSON: how many rows, and bounds of their columns. */
  stats: z.string().nullish(),
  deletionVector: deletionVector.nullish(),
})
export type AddFile = z.output<typeof add>

const protocol = z.object({
  minReaderVersion: z.number(),
  minWriterVersion: z.number(),
  readerFeatures: z.array(z.string()).nullish(),
  writerFeatures: z.array(z.string()).nullish(),
})
export type DeltaProtocol = z.output<typeof protocol>

const metaData = z.object({
  id: z.string(),
  name: z.string().nullish(),
  description: z.string().nullish(),
  createdTime: z.number().nullish(),
  format: z.object({ provider: z.string() }),
  schemaString: z.string(),
  partitionColumns: z.array(z.string()),
  configuration: z.record(z.string(), z.string()).nullish(),
})
export type DeltaMetadata = z.output<typeof metaData>

/** One line of a commit, one row of a checkpoint; actions that say nothing of rows are left out. */
export const deltaAction = z.object({
  add: add.nullish(),
  remove: z
    .object({ path: z.string(), dataChange: z.boolean().nullish(), deletionVector: deletionVector.nullish() })
    .nullish(),
  protocol: protocol.nullish(),
  metaData: metaData.nullish(),
  /** Whatever the writer says of its commit. */
  commitInfo: z.record(z.string(), z.unknown()).nullish(),
  /** Of checkpoints of version 2. */
  sidecar: z.object({ path: z.string() }).nullish(),
})
export type DeltaAction = z.output<typeof deltaAction>
