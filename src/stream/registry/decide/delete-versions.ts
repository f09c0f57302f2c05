import { refusals } from '../registry-refusal.ts'
import { schemaKey, settingKey, type RegistryRecord } from '../state/registry-record.ts'
import type { RegistryState } from '../state/registry-state.ts'
import type { StoredVersion } from '../state/stored-version.ts'
import { refuseReadOnly, type Decision } from './decision.ts'

/** Deletes one version: softly first, so that its id can still be read, and then for good. Answers its number. */
export function deleteVersion(
  state: RegistryState,
  subject: string,
  wanted: number | 'latest',
  permanent: boolean,
): Decision<number> {
  const stored = versionToDelete(state, subject, wanted)
  const { version, deleted } = stored
  if (deleted && !permanent) throw refusals.versionSoftDeleted(subject, version)
  refuseReadOnly(state, subject)
  if (isReferredTo(state, stored, permanent)) throw refusals.referenceExists(subject, version)
  if (permanent && !deleted) throw refusals.versionNotSoftDeleted(subject, version)
  if (!permanent) {
    const value = { ...stored.value, deleted: true }
    return { answer: version, records: [{ key: schemaKey(subject, version), value }] }
  }
  const isLast = state.versions(subject).length === 1
  return { answer: version, records: forGood(state, subject, [stored], isLast) }
}

function versionToDelete(state: RegistryState, subject: string, wanted: number | 'latest'): StoredVersion {
  const versions = state.versions(subject)
  if (versions.length === 0) throw refusals.subjectNotFound(subject)
  const found =
    wanted === 'latest'
      ? versions.findLast(({ deleted }) => !deleted)
      : versions.find(({ version }) => version === wanted)
  if (!found) throw refusals.versionNotFound(wanted === 'latest' ? -1 : wanted)
  return found
}

/** Deletes all versions of a subject, softly or for good. Answers their numbers. */
export function deleteSubject(state: RegistryState, subject: string, permanent: boolean): Decision<readonly number[]> {
  const all = state.versions(subject)
  const undeleted = all.filter(({ deleted }) => !deleted)
  if (all.length === 0) throw refusals.subjectNotFound(subject)
  if (!permanent && undeleted.length === 0) throw refusals.subjectSoftDeleted(subject)
  refuseReadOnly(state, subject)
  const meant = permanent ? all : undeleted
  const referred = meant.find((stored) => isReferredTo(state, stored, permanent, subject))
  if (referred) throw refusals.referenceExists(subject, referred.version)
  if (permanent && undeleted.length > 0) throw refusals.subjectNotSoftDeleted(subject)
  const answer = meant.map(({ version }) => version)
  if (permanent) return { answer, records: forGood(state, subject, meant.toReversed(), true) }
  const value = { subject, version: answer.at(-1)! }
  return { answer, records: [{ key: { keytype: 'DELETE_SUBJECT', subject, magic: 0 }, value }] }
}

/** A soft deletion may be taken back, so what is deleted softly holds on to what it refers to when that is to go for good. */
function isReferredTo(state: RegistryState, stored: StoredVersion, withDeleted: boolean, except?: string): boolean {
  return state
    .referrers(stored.subject, stored.version)
    .some(({ deleted, subject }) => (withDeleted || !deleted) && subject !== except)
}

/** Tombstones, and in front of them the largest ids, which would go with them; settings of a subject go with its last version. */
function forGood(
  state: RegistryState,
  subject: string,
  versions: readonly StoredVersion[],
  isAll: boolean,
): RegistryRecord[] {
  const settings = (['MODE', 'CONFIG'] as const).filter((keytype) =>
    keytype === 'MODE' ? state.mode(subject) !== undefined : state.config(subject) !== undefined,
  )
  return [
    largestIds(state),
    ...versions.map(({ version }) => ({ key: schemaKey(subject, version), value: null })),
    ...(isAll ? settings.map((keytype) => ({ key: settingKey(keytype, subject), value: null })) : []),
  ]
}

export function largestIds(state: RegistryState): RegistryRecord {
  return { key: { keytype: 'NOOP', magic: 0 }, value: { maxIds: state.ids.allLargest() } }
}
