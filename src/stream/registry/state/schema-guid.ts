import { createHash, type Hash } from 'node:crypto'
import type { SchemaMetadata, SchemaValue, StoredReference } from './registry-record.ts'

export interface SchemaContent {
  readonly schema: string
  readonly references?: readonly StoredReference[]
  readonly metadata?: SchemaMetadata
}

/** What a schema is, whatever its id: the MD5 of its text, references and metadata as Confluent's registry takes it, written as a UUID. */
export function schemaGuid({ schema, references = [], metadata }: SchemaContent): string {
  const hash = createHash('md5').update(schema)
  for (const { name, subject, version } of references) {
    const number = Buffer.alloc(4)
    number.writeInt32BE(version)
    hash.update(name).update(subject).update(number)
  }
  if (metadata) addMetadata(hash, metadata)
  return asUuid(hash.digest('hex'))
}

function addMetadata(hash: Hash, { tags = {}, properties = {}, sensitive = [] }: SchemaMetadata): void {
  // Told from none.
  hash.update(Buffer.from([1]))
  for (const [key, values] of sorted(tags)) for (const text of [key, ...values.toSorted()]) hash.update(text)
  for (const [key, value] of sorted(properties)) hash.update(key).update(value)
  for (const each of sensitive.toSorted()) hash.update(each)
}

/** Of a version that is stored: with what another registry wrote down of it, when it knows more than can be counted here. */
export function storedGuid(value: SchemaValue): string {
  if (value.md5 !== undefined) return asUuid(Buffer.from(value.md5, 'base64').toString('hex'))
  const guid = schemaGuid(value)
  // Rules count too, and are not read here: such a schema is like no other.
  return value.ruleSet === undefined
    ? guid
    : asUuid(
        createHash('md5')
          .update(guid + JSON.stringify(value.ruleSet))
          .digest('hex'),
      )
}

function asUuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function sorted<Value>(record: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}
