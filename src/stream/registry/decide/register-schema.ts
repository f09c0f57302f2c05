import { inContext, isValidSubject, qualify, defaultContext } from '../qualified-subject.ts'
import { refusals } from '../registry-refusal.ts'
import type { SchemaReader } from '../schema-reader.ts'
import { idMax, schemaKey, type RegistryRecord, type SchemaValue } from '../state/registry-record.ts'
import type { RegistryState } from '../state/registry-state.ts'
import type { StoredVersion } from '../state/stored-version.ts'
import { incompatibilitiesWith } from './compatibility.ts'
import { refuseReadOnly, whereOf, type Decision } from './decision.ts'
import { findVersion, makeReady, normalizes, type ReadySchema, type SchemaRequest } from './find-schema.ts'
import { configInScope, modeInScope } from './settings.ts'

export interface RegisterOptions {
  readonly normalize: boolean
  /** Without looking whether it is compatible. */
  readonly force: boolean
}

export interface Registered {
  readonly subject: string
  readonly version: number
  readonly id: number
  readonly guid: string
  readonly value: Pick<SchemaValue, 'schema' | 'schemaType' | 'references' | 'metadata'>
}

const schemaBytesMax = 1_000_000
/** Of all schemas together; they are held in memory. */
const textLengthMax = 200_000_000

/** A version for the schema, a new one or the one that it has already. */
export function registerSchema(
  state: RegistryState,
  reader: SchemaReader,
  subject: string,
  request: SchemaRequest,
  options: RegisterOptions,
): Decision<Registered> {
  if (!isValidSubject(qualify(subject))) throw refusals.invalidSubject(subject)
  if (Buffer.byteLength(request.schema) > schemaBytesMax)
    throw refusals.tooLarge(
      `the schema has ${Buffer.byteLength(request.schema)} bytes; at most ${schemaBytesMax} are taken`,
    )
  const normalize = normalizes(state, subject, options.normalize)
  const isImport = modeInScope(state, subject) === 'IMPORT'
  const undeleted = state.versions(subject).filter(({ deleted }) => !deleted)
  const filled = isImport ? request : fillFromLatest(request, undeleted.at(-1))
  const ready = makeReady(state, reader, subject, filled, { strict: !isImport && request.id === undefined, normalize })
  const existing = existingVersion(state, reader, subject, request, ready)
  if (existing) return { answer: registeredOf(existing), records: [] }
  checkMode(state, subject, request)
  if (!isImport && !options.force) checkCompatibility(state, reader, subject, ready, undeleted)
  if (state.textLength + ready.schema.length > textLengthMax)
    throw refusals.tooLarge(
      `all schemas together have ${state.textLength} characters; more than ${textLengthMax} are not held`,
    )
  return newVersion(state, subject, request, ready)
}

/** A client may leave out what stays as it is. */
function fillFromLatest(request: SchemaRequest, latest: StoredVersion | undefined): SchemaRequest {
  const metadata = request.metadata ?? latest?.value.metadata
  if (request.schema.trim() !== '' || !latest) return { ...request, metadata }
  return {
    ...request,
    metadata,
    schema: latest.value.schema,
    schemaType: latest.type,
    references: latest.value.references ?? [],
  }
}

function existingVersion(
  state: RegistryState,
  reader: SchemaReader,
  subject: string,
  { version, id }: SchemaRequest,
  ready: ReadySchema,
): StoredVersion | undefined {
  const hasIdAndVersion = (stored: StoredVersion | undefined): stored is StoredVersion =>
    stored !== undefined && (id === undefined || stored.id === id) && (version <= 0 || stored.version === version)
  const found = findVersion(state, reader, subject, ready, false)
  if (hasIdAndVersion(found)) return found
  const asked = version > 0 ? state.version(subject, version) : undefined
  return asked && !asked.deleted && asked.guid === ready.guid && hasIdAndVersion(asked) ? asked : undefined
}

function checkMode(state: RegistryState, subject: string, { id }: SchemaRequest): void {
  refuseReadOnly(state, subject)
  const mode = modeInScope(state, subject)
  if (id !== undefined && mode !== 'IMPORT') throw refusals.notPermitted(`${whereOf(subject)} is not in import mode`)
  if (id === undefined && mode !== 'READWRITE')
    throw refusals.notPermitted(`${whereOf(subject)} is not in read-write mode`)
}

function checkCompatibility(
  state: RegistryState,
  reader: SchemaReader,
  subject: string,
  { parsed, metadata }: ReadySchema,
  versions: readonly StoredVersion[],
): void {
  const config = configInScope(state, subject)
  const messages = incompatibilitiesWith(state, reader, config, { parsed, metadata }, versions)
  if (messages.length > 0) throw refusals.incompatible(subject, messages)
}

function newVersion(
  state: RegistryState,
  subject: string,
  request: SchemaRequest,
  ready: ReadySchema,
): Decision<Registered> {
  const { context } = qualify(subject)
  const versions = state.versions(subject)
  const version = versionFor(state, subject, request, versions)
  const id = idFor(state, context, request, ready)
  const { schema, references, metadata, parsed, guid } = ready
  const value: SchemaValue = {
    subject,
    version,
    id,
    ...(parsed.type === 'AVRO' ? {} : { schemaType: parsed.type }),
    ...(references.length === 0 ? {} : { references }),
    ...(metadata === undefined ? {} : { metadata }),
    schema,
    deleted: false,
  }
  const records: RegistryRecord[] = [
    ...contextRecord(state, context),
    ...versions
      .filter((each) => isReplaced(state, each, id, version))
      .map((each) => ({ key: schemaKey(subject, each.version), value: null })),
    { key: schemaKey(subject, version), value },
  ]
  return { answer: { subject, version, id, guid, value: { ...value, schemaType: parsed.type } }, records }
}

function versionFor(
  state: RegistryState,
  subject: string,
  request: SchemaRequest,
  versions: readonly StoredVersion[],
): number {
  const next = (versions.at(-1)?.version ?? 0) + 1
  if (request.version <= 0 || request.version === next) return next
  if (modeInScope(state, subject) === 'IMPORT') return request.version
  throw refusals.invalidSchema(
    `Version is not one more than previous version: ${request.version}, where ${next} comes next`,
  )
}

function idFor(state: RegistryState, context: string, { id }: SchemaRequest, { guid, schema }: ReadySchema): number {
  if (id === undefined) {
    const known = state.ids.idOf(context, guid)
    if (known !== undefined) return known
    const next = state.ids.largest(context) + 1
    if (next > idMax) throw refusals.notPermitted(`all ids of the context ${context} were given`)
    return next
  }
  const others = state.ids.find(context, id)
  if (others.some((other) => other.guid !== guid || other.value.schema !== schema))
    throw refusals.notPermitted(`Overwrite new schema with id ${id} in context ${context} is not permitted.`)
  return id
}

/** A deleted version of the same schema goes for good when it comes again, unless others refer to it. */
function isReplaced(
  state: RegistryState,
  { deleted, id, subject, version }: StoredVersion,
  newId: number,
  newVersion: number,
): boolean {
  return deleted && id === newId && version < newVersion && state.referrers(subject, version).length === 0
}

function contextRecord(state: RegistryState, context: string): RegistryRecord[] {
  if (context === defaultContext || state.contexts().includes(context)) return []
  const value = { tenant: 'default', context: inContext(context, '').context }
  return [{ key: { keytype: 'CONTEXT', ...value, magic: 0 }, value }]
}

function registeredOf({ subject, version, id, guid, type, value }: StoredVersion): Registered {
  return { subject, version, id, guid, value: { ...value, schemaType: type } }
}
