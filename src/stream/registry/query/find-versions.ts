import { anyContext, defaultContext, inContext, qualify, qualifyBeside } from '../qualified-subject.ts'
import { refusals } from '../registry-refusal.ts'
import type { RegistryState } from '../state/registry-state.ts'
import type { StoredVersion } from '../state/stored-version.ts'

export type WantedVersion = number | 'latest'

/** Which versions are meant. */
export type Including = 'undeleted' | 'all' | 'deleted'

/** `latest`, -1, or a number from 1. */
export function parseVersion(text: string): WantedVersion {
  const trimmed = text.trim().toLowerCase()
  if (trimmed === 'latest' || trimmed === '-1') return 'latest'
  const version = /^\d{1,10}$/.test(trimmed) ? Number(trimmed) : 0
  if (version < 1 || version > 2 ** 31 - 1) throw refusals.invalidVersion(text)
  return version
}

/** Another name of a subject leads to it. */
export function resolveAlias(state: RegistryState, subject: string): string {
  const alias = state.config(subject)?.alias
  return alias === undefined || alias === '' ? subject : qualifyBeside(alias, subject).full
}

/** Throws 40401 or 40402. A subject without context is looked for in the others too, when the default one has not this version. */
export function findVersionOf(
  state: RegistryState,
  subject: string,
  wanted: WantedVersion,
  withDeleted: boolean,
): StoredVersion {
  for (const each of searchContexts(state, subject)) {
    const found = versionIn(state, each, wanted, withDeleted)
    if (found) return found
  }
  const exists = state.versions(subject).some(({ deleted }) => withDeleted || !deleted)
  throw exists ? refusals.versionNotFound(wanted === 'latest' ? -1 : wanted) : refusals.subjectNotFound(subject)
}

function versionIn(
  state: RegistryState,
  subject: string,
  wanted: WantedVersion,
  withDeleted: boolean,
): StoredVersion | undefined {
  if (wanted === 'latest') return state.versions(subject).findLast(({ deleted }) => !deleted)
  const found = state.version(subject, wanted)
  return found && (withDeleted || !found.deleted) ? found : undefined
}

/** In order; throws 40401 when there are none. */
export function versionsOf(state: RegistryState, subject: string, including: Including): readonly StoredVersion[] {
  const versions = state.versions(subject)
  if (!versions.some(({ deleted }) => including !== 'undeleted' || !deleted)) throw refusals.subjectNotFound(subject)
  return versions.filter(({ deleted }) => isIncluded(deleted, including))
}

function isIncluded(deleted: boolean, including: Including): boolean {
  return including === 'all' || deleted === (including === 'deleted')
}

/** Of subjects that begin so, `:*:` in front meaning those of every context. A subject is deleted when all its versions are. */
export function subjectsWith(state: RegistryState, prefix: string, including: Including): readonly string[] {
  return state.subjects().filter((subject) => {
    const isDeleted = state.versions(subject).every(({ deleted }) => deleted)
    return begins(subject, prefix) && isIncluded(isDeleted, including)
  })
}

function begins(subject: string, prefix: string): boolean {
  if (!prefix.startsWith(anyContext)) return subject.startsWith(prefix)
  return qualify(subject).subject.startsWith(prefix.slice(anyContext.length))
}

/** All versions of the subjects that begin so, or the latest of each. */
export function schemasWith(
  state: RegistryState,
  prefix: string,
  { withDeleted, latestOnly }: { readonly withDeleted: boolean; readonly latestOnly: boolean },
): readonly StoredVersion[] {
  return subjectsWith(state, prefix, 'all').flatMap((subject) => {
    const versions = state.versions(subject).filter(({ deleted }) => withDeleted || !deleted)
    return latestOnly ? versions.slice(-1) : versions
  })
}

/**
 * The versions that have this id, of the context that the subject is in: of the subject when it has the id, else of all. A subject without
 * context that has it in another one is found there. Empty when nobody has it.
 */
export function versionsWithId(state: RegistryState, id: number, subject: string): readonly StoredVersion[] {
  const { context, subject: name } = qualify(subject)
  const places = context === defaultContext && name !== '' ? [context, ...state.contexts()] : [context]
  for (const place of places) {
    const own = state.ids.find(place, id).filter((version) => version.subject === inContext(place, name).full)
    if (name !== '' && own.length > 0)
      return [...own, ...state.ids.find(place, id).filter((version) => !own.includes(version))]
  }
  return name !== '' && context !== defaultContext ? [] : state.ids.find(context, id)
}

/** Ids of the schemas that refer to a version, in order. */
export function idsReferringTo(
  state: RegistryState,
  { subject, version }: StoredVersion,
  withDeleted: boolean,
): readonly number[] {
  const referrers = state.referrers(subject, version).filter(({ deleted }) => withDeleted || !deleted)
  return [...new Set(referrers.map(({ id }) => id))].toSorted((a, b) => a - b)
}

/** The context and id of each schema that is this. */
export function idsOfGuid(
  state: RegistryState,
  guid: string,
): readonly { readonly context: string; readonly id: number }[] {
  return [defaultContext, ...state.contexts()].flatMap((context) => {
    const id = state.ids.idOf(context, guid.toLowerCase())
    return id === undefined ? [] : [{ context, id }]
  })
}

/** The default context first, then the others, for a subject that names none. */
export function searchContexts(state: RegistryState, subject: string): readonly string[] {
  const { context, subject: name } = qualify(subject)
  return context === defaultContext
    ? [subject, ...state.contexts().map((each) => inContext(each, name).full)]
    : [subject]
}
