import type { SchemaValue } from './registry-record.ts'
import { storedGuid } from './schema-guid.ts'

/** One version of a subject, as a record of the log has it. */
export interface StoredVersion {
  readonly value: SchemaValue
  readonly subject: string
  readonly version: number
  readonly id: number
  /** AVRO, JSON, or what another registry knows besides. */
  readonly type: string
  readonly guid: string
  readonly deleted: boolean
  /** When it was written, milliseconds since the epoch. */
  readonly timestampMs: number
}

export function storedVersion(
  subject: string,
  version: number,
  value: SchemaValue,
  timestampMs: number,
): StoredVersion {
  const { id, schemaType = 'AVRO', deleted = false } = value
  return { value, subject, version, id, type: schemaType, guid: storedGuid(value), deleted, timestampMs }
}
