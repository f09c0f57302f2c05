import { defaultContext, qualify, qualifyBeside } from '../qualified-subject.ts'
import { createIdIndex, type IdIndex } from './id-index.ts'
import { registryModes, type RegistryMode } from './registry-mode.ts'
import type { ConfigValue, RegistryRecord, SchemaKey, SchemaValue } from './registry-record.ts'
import { storedVersion, type StoredVersion } from './stored-version.ts'

/** Why a record changed nothing. */
export type Passed = { readonly passed: string }

/** All that the records of the `_schemas` topic say. Reads nothing and writes nothing: whoever reads the topic calls `apply`. */
export interface RegistryState {
  readonly ids: IdIndex
  /** Those with a version, deleted ones included, in order. */
  subjects(): readonly string[]
  /** In order, deleted ones included. */
  versions(subject: string): readonly StoredVersion[]
  version(subject: string, version: number): StoredVersion | undefined
  /** Those that refer to this version, deleted ones included. */
  referrers(subject: string, version: number): readonly StoredVersion[]
  /** As it was set there and nowhere else; without subject of all. */
  config(subject: string | undefined): ConfigValue | undefined
  /** Subjects and contexts with a configuration of their own. */
  configured(): readonly string[]
  mode(subject: string | undefined): RegistryMode | undefined
  /** Subjects with a mode of their own. */
  modes(): readonly string[]
  /** Besides the default one. */
  contexts(): readonly string[]
  /** Of all schemas, in characters. */
  readonly textLength: number
  /**
   * What to write so that records which were passed over do not count once compaction has taken those before them. Only of those before
   * this time: whoever wrote a younger one may be about to outdo it.
   */
  repairs(beforeMs: number): readonly RegistryRecord[]
  /** Undefined when it counts. Records are applied in the order of the log. */
  apply(record: RegistryRecord, timestampMs: number): Passed | undefined
}

export function createRegistryState(): RegistryState {
  const subjects = new Map<string, Map<number, StoredVersion>>()
  const ids = createIdIndex()
  const referrers = new Map<string, Set<StoredVersion>>()
  const configs = new Map<string | undefined, ConfigValue>()
  const modes = new Map<string | undefined, RegistryMode>()
  const contexts = new Set<string>()
  /** The last record of these was passed over. */
  const passedOver = new Map<string, { readonly key: SchemaKey; readonly timestampMs: number }>()
  let textLength = 0

  const versions = (subject: string): readonly StoredVersion[] =>
    [...(subjects.get(subject)?.values() ?? [])].toSorted((a, b) => a.version - b.version)

  function put(stored: StoredVersion): Passed | undefined {
    const other = ids.find(qualify(stored.subject).context, stored.id)
    const isOther = ({ subject, version }: StoredVersion): boolean =>
      subject !== stored.subject || version !== stored.version
    if (other.some((each) => isOther(each) && each.value.schema !== stored.value.schema))
      return { passed: `the id ${stored.id} belongs to another schema` }
    remove(stored.subject, stored.version)
    const byVersion = subjects.get(stored.subject) ?? new Map<number, StoredVersion>()
    subjects.set(stored.subject, byVersion.set(stored.version, stored))
    ids.add(stored)
    for (const place of placesOf(stored)) referrers.set(place, (referrers.get(place) ?? new Set()).add(stored))
    textLength += stored.value.schema.length
    const { context } = qualify(stored.subject)
    if (context !== defaultContext) contexts.add(context)
    return undefined
  }

  function remove(subject: string, version: number): void {
    const byVersion = subjects.get(subject)
    const stored = byVersion?.get(version)
    if (!byVersion || !stored) return
    byVersion.delete(version)
    if (byVersion.size === 0) subjects.delete(subject)
    ids.remove(stored)
    for (const place of placesOf(stored)) referrers.get(place)?.delete(stored)
    textLength -= stored.value.schema.length
  }

  function deleteUpTo(subject: string, last: number): void {
    for (const stored of versions(subject))
      if (stored.version <= last && !stored.deleted)
        put({ ...stored, value: { ...stored.value, deleted: true }, deleted: true })
  }

  /** Deleted versions of a subject, or of all subjects of a context, are gone. */
  function clear(subject: string): void {
    const { subject: name, context } = qualify(subject)
    const isMeant = (each: string): boolean => each === subject || (name === '' && qualify(each).context === context)
    for (const each of [...subjects.keys()].filter(isMeant))
      for (const stored of versions(each)) if (stored.deleted) remove(each, stored.version)
  }

  function apply({ key, value }: RegistryRecord, timestampMs: number): Passed | undefined {
    switch (key.keytype) {
      case 'SCHEMA':
        return applySchema(key, value as SchemaValue | null, timestampMs)
      case 'CONFIG':
        if (value === null) configs.delete(key.subject ?? undefined)
        else configs.set(key.subject ?? undefined, value)
        return undefined
      case 'MODE':
        return setMode(key.subject ?? undefined, value as { readonly mode?: string } | null)
      case 'CONTEXT':
        if (value === null) contexts.delete(key.context)
        else if (key.context !== defaultContext) contexts.add(key.context)
        return undefined
      case 'DELETE_SUBJECT':
        if (value !== null) deleteUpTo(key.subject, (value as { readonly version?: number }).version ?? 0)
        return undefined
      case 'CLEAR_SUBJECT':
        if (value !== null) clear(key.subject)
        return undefined
      case 'NOOP':
        return ids.raise((value as { readonly maxIds?: unknown } | null)?.maxIds) as undefined
    }
  }

  function applySchema(key: SchemaKey, value: SchemaValue | null, timestampMs: number): Passed | undefined {
    const { subject, version } = key
    const passed = value === null ? undefined : put(storedVersion(subject, version, value, timestampMs))
    if (value === null) remove(subject, version)
    if (passed) passedOver.set(placeOf(subject, version), { key, timestampMs })
    else passedOver.delete(placeOf(subject, version))
    return passed
  }

  function setMode(subject: string | undefined, value: { readonly mode?: string } | null): Passed | undefined {
    const mode = registryModes.find((each) => each === value?.mode)
    if (value !== null && !mode) return { passed: `there is no mode ${value.mode}` }
    if (mode) modes.set(subject, mode)
    else modes.delete(subject)
    return undefined
  }

  return {
    ids,
    versions,
    subjects: () => [...subjects.keys()].toSorted(),
    version: (subject, version) => subjects.get(subject)?.get(version),
    referrers: (subject, version) => [...(referrers.get(placeOf(subject, version)) ?? [])],
    config: (subject) => configs.get(subject),
    configured: () => [...configs.keys()].filter((subject) => subject !== undefined),
    mode: (subject) => modes.get(subject),
    modes: () => [...modes.keys()].filter((subject) => subject !== undefined),
    contexts: () => [...contexts].toSorted(),
    get textLength() {
      return textLength
    },
    repairs: (beforeMs) =>
      [...passedOver.values()]
        .filter(({ timestampMs }) => timestampMs < beforeMs)
        .map(({ key }) => ({ key, value: subjects.get(key.subject)?.get(key.version)?.value ?? null })),
    apply,
  }
}

function placesOf({ subject, value }: StoredVersion): readonly string[] {
  return (value.references ?? []).map((each) => placeOf(qualifyBeside(each.subject, subject).full, each.version))
}

function placeOf(subject: string, version: number): string {
  return `${version} ${subject}`
}
