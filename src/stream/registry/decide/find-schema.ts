import type { ParsedSchema } from '../../../record/schema/parsed-schema.ts'
import { refusals } from '../registry-refusal.ts'
import { pinReferences, type SchemaReader } from '../schema-reader.ts'
import type { SchemaMetadata, StoredReference } from '../state/registry-record.ts'
import type { RegistryState } from '../state/registry-state.ts'
import { schemaGuid } from '../state/schema-guid.ts'
import type { StoredVersion } from '../state/stored-version.ts'
import { configInScope, modeInScope } from './settings.ts'

/** A schema as a client sends it. */
export interface SchemaRequest {
  readonly schema: string
  readonly schemaType: string | undefined
  readonly references: readonly StoredReference[]
  readonly metadata: SchemaMetadata | undefined
  /** 0 for the next one, -1 for the latest. */
  readonly version: number
  /** Undefined to be given one. */
  readonly id: number | undefined
}

/** The same, read and brought into the form in which it is stored. */
export interface ReadySchema {
  readonly parsed: ParsedSchema
  readonly schema: string
  readonly references: readonly StoredReference[]
  readonly metadata: SchemaMetadata | undefined
  readonly guid: string
}

export function makeReady(
  state: RegistryState,
  reader: SchemaReader,
  subject: string,
  request: Pick<SchemaRequest, 'schema' | 'schemaType' | 'references' | 'metadata'>,
  how: { readonly strict: boolean; readonly normalize: boolean },
): ReadySchema {
  if (request.schema.trim() === '') throw refusals.invalidSchema('Empty schema')
  const given = pinReferences(state, subject, request.references)
  const parsed = reader.read(
    state,
    { subject, schemaType: request.schemaType, schema: request.schema, references: given },
    how.strict,
  )
  const references = how.normalize ? orderReferences(given) : given
  const schema = how.normalize ? parsed.normalized() : parsed.canonical
  const { metadata } = request
  return {
    parsed,
    schema,
    references,
    metadata,
    guid: schemaGuid({ schema, references, ...(metadata ? { metadata } : {}) }),
  }
}

export function normalizes(state: RegistryState, subject: string, asked: boolean): boolean {
  return (asked || configInScope(state, subject).normalize === true) && modeInScope(state, subject) !== 'IMPORT'
}

/**
 * The version of the subject that is this schema: the very same, or, as the schema may come with its references written out in it, or with
 * none of its metadata, the latest one that means the same.
 */
export function findVersion(
  state: RegistryState,
  reader: SchemaReader,
  subject: string,
  ready: ReadySchema,
  withDeleted: boolean,
): StoredVersion | undefined {
  const versions = state.versions(subject).filter(({ deleted }) => withDeleted || !deleted)
  const same = versions.findLast(({ guid }) => guid === ready.guid)
  if (same) return same
  const latest = state.versions(subject).findLast(({ deleted }) => !deleted)
  const inherited = ready.metadata ?? latest?.value.metadata
  return versions.findLast(
    (version) => version.type === ready.parsed.type && means(state, reader, version, ready, inherited),
  )
}

function means(
  state: RegistryState,
  reader: SchemaReader,
  version: StoredVersion,
  ready: ReadySchema,
  metadata: SchemaMetadata | undefined,
): boolean {
  const { value } = version
  if (value.ruleSet !== undefined || JSON.stringify(value.metadata) !== JSON.stringify(metadata)) return false
  const theirs = value.references ?? []
  const isInlined = ready.references.length === 0 && theirs.length > 0
  if (!isInlined && !sameReferences(theirs, ready.references)) return false
  return reader.stored(state, version).identity() === ready.parsed.identity()
}

function sameReferences(one: readonly StoredReference[], other: readonly StoredReference[]): boolean {
  const text = (references: readonly StoredReference[]): string =>
    JSON.stringify(references.map(({ name, subject, version }) => [name, subject, version]))
  return text(one) === text(other)
}

function orderReferences(references: readonly StoredReference[]): readonly StoredReference[] {
  const byText = new Map(references.map((each) => [JSON.stringify([each.subject, each.version, each.name]), each]))
  return [...byText.keys()].toSorted().map((key) => byText.get(key)!)
}
