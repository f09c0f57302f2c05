import { defaultContext, globalContext, inContext, qualify } from '../qualified-subject.ts'
import type { RegistryMode } from '../state/registry-mode.ts'
import type { ConfigValue } from '../state/registry-record.ts'
import type { RegistryState } from '../state/registry-state.ts'

export const compatibilityLevels = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
] as const
export type CompatibilityLevel = (typeof compatibilityLevels)[number]

export interface EffectiveConfig extends ConfigValue {
  readonly compatibilityLevel: string
}

const levelDefault: CompatibilityLevel = 'BACKWARD'

/** Where settings of a subject may be, the nearest first: its own, its context's, those of all contexts. */
function placesFor(subject: string | undefined): readonly (string | undefined)[] {
  const { context } = qualify(subject ?? '')
  const ofContext = context === defaultContext ? undefined : inContext(context, '').full
  return [...new Set([subject, ofContext, inContext(globalContext, '').full])]
}

/** What was set for exactly this; for all, what holds when nothing was set. */
export function configAt(state: RegistryState, subject: string | undefined): EffectiveConfig | undefined {
  const found = state.config(subject)
  if (found) return { ...found, compatibilityLevel: found.compatibilityLevel ?? levelDefault }
  return isForAll(subject) ? { compatibilityLevel: levelDefault } : undefined
}

/** What holds for a subject. Some settings come from those of all where the subject has none of its own. */
export function configInScope(state: RegistryState, subject: string | undefined): EffectiveConfig {
  const own = configAt(state, subject)
  if (subject === undefined || !own || isForAll(subject)) {
    const found = placesFor(subject).flatMap((place) => state.config(place) ?? [])[0]
    return { ...found, compatibilityLevel: found?.compatibilityLevel ?? levelDefault }
  }
  const { normalize, compatibilityPolicy, compatibilityGroup } = state.config(undefined) ?? {}
  const inherited = { normalize, compatibilityPolicy, compatibilityGroup }
  const given = Object.fromEntries(Object.entries(inherited).filter(([, value]) => value !== undefined))
  return { ...given, ...own }
}

export function modeAt(state: RegistryState, subject: string | undefined): RegistryMode | undefined {
  return state.mode(subject) ?? (isForAll(subject) ? 'READWRITE' : undefined)
}

export function modeInScope(state: RegistryState, subject: string | undefined): RegistryMode {
  const places = placesFor(subject)
  const overriding = places.slice(1).find((place) => state.mode(place) === 'READONLY_OVERRIDE')
  if (overriding !== undefined || state.mode(undefined) === 'READONLY_OVERRIDE') return 'READONLY_OVERRIDE'
  return places.flatMap((place) => state.mode(place) ?? [])[0] ?? 'READWRITE'
}

function isForAll(subject: string | undefined): boolean {
  return subject === undefined || subject === inContext(globalContext, '').full
}
