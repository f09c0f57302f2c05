import { globalContext, inContext, isValidSubject, qualify } from '../qualified-subject.ts'
import { refusals } from '../registry-refusal.ts'
import { registryModes, type RegistryMode } from '../state/registry-mode.ts'
import { schemaKey, settingKey, type ConfigValue, type RegistryRecord } from '../state/registry-record.ts'
import type { RegistryState } from '../state/registry-state.ts'
import { refuseReadOnly, type Decision } from './decision.ts'
import { largestIds } from './delete-versions.ts'
import { compatibilityLevels, configAt, modeAt, modeInScope, type EffectiveConfig } from './settings.ts'

/** What is to be set; null takes a setting back. */
export interface ConfigChange {
  readonly alias?: string | null
  readonly normalize?: boolean | null
  readonly compatibility?: string | null
  readonly compatibilityPolicy?: string | null
  readonly compatibilityGroup?: string | null
}

/** Without subject, of all. */
export function updateConfig(
  state: RegistryState,
  subject: string | undefined,
  change: ConfigChange,
): Decision<ConfigChange> {
  checkSettingSubject(subject)
  const level = change.compatibility?.toUpperCase()
  if (level !== undefined && !(compatibilityLevels as readonly string[]).includes(level))
    throw refusals.invalidCompatibility(change.compatibility!)
  const policy = change.compatibilityPolicy?.toUpperCase()
  if (policy !== undefined && policy !== 'STRICT' && policy !== 'LENIENT')
    throw refusals.unsupported(`compatibilityPolicy ${change.compatibilityPolicy}: STRICT and LENIENT are`)
  refuseReadOnly(state, subject)
  const { compatibility, compatibilityPolicy, ...rest } = change
  const changes: Readonly<Record<string, unknown>> = {
    ...rest,
    ...(compatibility === undefined ? {} : { compatibilityLevel: level ?? null }),
    ...(compatibilityPolicy === undefined ? {} : { compatibilityPolicy: policy ?? null }),
  }
  const merged = { ...(subject === undefined ? {} : { subject }), ...state.config(subject), ...changes }
  const value = Object.fromEntries(Object.entries(merged).filter(([, each]) => each !== null))
  return { answer: answerOf(value), records: [{ key: settingKey('CONFIG', subject), value }] }
}

/** As it is answered to who set it: `compatibilityLevel` under another name. */
function answerOf(value: ConfigValue): ConfigChange {
  const { subject: _subject, compatibilityLevel, ...rest } = value
  return { ...rest, ...(compatibilityLevel === undefined ? {} : { compatibility: compatibilityLevel }) }
}

/** Answers what was set. */
export function deleteConfig(state: RegistryState, subject: string | undefined): Decision<EffectiveConfig> {
  const was = configAt(state, subject)
  if (!was) throw refusals.subjectNotFound(subject!)
  refuseReadOnly(state, subject)
  return { answer: was, records: state.config(subject) ? [{ key: settingKey('CONFIG', subject), value: null }] : [] }
}

export function setMode(
  state: RegistryState,
  subject: string | undefined,
  wanted: string,
  force: boolean,
): Decision<RegistryMode> {
  checkSettingSubject(subject)
  const mode = registryModes.find((each) => each === wanted.toUpperCase())
  if (!mode) throw refusals.invalidMode(wanted)
  const value = { ...(subject === undefined ? {} : { subject }), mode }
  const record = { key: settingKey('MODE', subject), value }
  const becomesImport = mode === 'IMPORT' && modeInScope(state, subject) !== 'IMPORT' && !force
  return { answer: mode, records: becomesImport ? [...emptied(state, subject), record] : [record] }
}

/** Ids that are imported must not meet others: there may be no schemas, and deleted ones go for good. */
function emptied(state: RegistryState, subject: string | undefined): readonly RegistryRecord[] {
  const versions = state
    .subjects()
    .filter((each) => isWithin(each, subject))
    .flatMap((each) => state.versions(each))
  if (versions.some(({ deleted }) => !deleted))
    throw refusals.notPermitted('Cannot import since found existing subjects')
  const referred = versions.find((stored) =>
    state.referrers(stored.subject, stored.version).some((referrer) => !isWithin(referrer.subject, subject)),
  )
  if (referred) throw refusals.referenceExists(referred.subject, referred.version)
  const tombstones = versions.map((stored) => ({ key: schemaKey(stored.subject, stored.version), value: null }))
  return tombstones.length === 0 ? [] : [largestIds(state), ...tombstones]
}

function isWithin(subject: string, scope: string | undefined): boolean {
  if (scope === undefined || scope === subject) return true
  const { subject: name, context } = qualify(scope)
  return name === '' && (context === globalContext || qualify(subject).context === context)
}

/** Answers the mode that was; with `recursive` those of all subjects of the context go too. */
export function deleteMode(
  state: RegistryState,
  subject: string | undefined,
  recursive: boolean,
): Decision<RegistryMode | undefined> {
  const was = modeAt(state, subject)
  if (was === undefined && !recursive) throw refusals.subjectNotFound(subject!)
  const { subject: name, context } = qualify(subject ?? '')
  const below = recursive && name === '' ? state.modes().filter((each) => qualify(each).context === context) : []
  const gone = new Set([...(state.mode(subject) === undefined ? [] : [subject]), ...below])
  return { answer: was, records: [...gone].map((each) => ({ key: settingKey('MODE', each), value: null })) }
}

function checkSettingSubject(subject: string | undefined): void {
  if (subject === undefined) return
  const qualified = qualify(subject)
  const isContext = qualified.subject === '' && subject === inContext(qualified.context, '').full
  if (!isContext && !isValidSubject(qualified)) throw refusals.invalidSubject(subject)
}
