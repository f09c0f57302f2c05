import { isUtf8 } from 'node:buffer'
import { printJson } from '../../../record/schema/exact-json.ts'
import { UndecodableValue } from '../../../record/schema/undecodable-value.ts'
import { idsOfGuid, versionsWithId } from '../query/find-versions.ts'
import { RegistryRefusal } from '../registry-refusal.ts'
import type { SchemaReader } from '../schema-reader.ts'
import type { RegistryState } from '../state/registry-state.ts'
import type { StoredVersion } from '../state/stored-version.ts'
import { readFrame, type SchemaFrame, type ValuePlace } from './schema-frame.ts'

/** What the bytes of a key or a value are, for people. */
export interface DecodedValue {
  /** `avro` and `json` with a `schema` were read by it; `json` without one only looks like it. */
  readonly format: 'null' | 'avro' | 'json' | 'text' | 'bytes'
  /** JSON on one line, the text, or the bytes in hexadecimal. Empty for null. */
  readonly text: string
  readonly schema?: {
    readonly id: number
    readonly type: string
    readonly subject: string
    readonly version: number
    readonly name: string | undefined
  }
  /** Why bytes that name a schema were not read by it. */
  readonly problem?: string
}

/** Bytes longer than this are shown in part. */
const shownBytesMax = 100_000

/** Where schemas are looked up, and only when bytes name one. */
export interface SchemaSourceOfValues {
  readonly reader: SchemaReader
  state(): Promise<RegistryState>
}

export async function decodeValue(
  bytes: Buffer | null,
  place: ValuePlace,
  registry: SchemaSourceOfValues,
): Promise<DecodedValue> {
  if (bytes === null) return { format: 'null', text: '' }
  const frame = readFrame(bytes, place)
  if (!frame) return withoutSchema(bytes)
  const state = await registry.state()
  const stored = versionOf(state, frame, place)
  if (!stored)
    return {
      ...withoutSchema(bytes),
      problem: `there is no schema with the ${frame.guid === undefined ? `id ${frame.id}` : `GUID ${frame.guid}`}`,
    }
  return withSchema(state, registry.reader, stored, frame.payload, bytes)
}

function versionOf(
  state: RegistryState,
  { id, guid }: SchemaFrame,
  { topic, part }: ValuePlace,
): StoredVersion | undefined {
  if (guid === undefined) {
    const [own] = versionsWithId(state, id!, `${topic}-${part}`)
    return own ?? versionsWithId(state, id!, '')[0]
  }
  const [found] = idsOfGuid(state, guid)
  return found && state.ids.find(found.context, found.id)[0]
}

function withSchema(
  state: RegistryState,
  reader: SchemaReader,
  stored: StoredVersion,
  payload: Buffer,
  whole: Buffer,
): DecodedValue {
  const { id, type, subject, version } = stored
  try {
    const parsed = reader.stored(state, stored)
    const schema = { id, type, subject, version, name: parsed.name }
    return { format: parsed.type === 'AVRO' ? 'avro' : 'json', text: printJson(parsed.decode(payload)), schema }
  } catch (error) {
    if (!(error instanceof UndecodableValue) && !(error instanceof RegistryRefusal)) throw error
    const schema = { id, type, subject, version, name: undefined }
    return { ...withoutSchema(whole), schema, problem: error.message }
  }
}

function withoutSchema(bytes: Buffer): DecodedValue {
  if (!isUtf8(bytes)) return { format: 'bytes', text: bytes.subarray(0, shownBytesMax).toString('hex') }
  const text = bytes.toString('utf8')
  if (/[^\P{Cc}\t\r\n]/u.test(text)) return { format: 'bytes', text: bytes.subarray(0, shownBytesMax).toString('hex') }
  return { format: looksLikeJson(text) ? 'json' : 'text', text }
}

function looksLikeJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
