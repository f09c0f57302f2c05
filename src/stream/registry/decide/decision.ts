import { refusals } from '../registry-refusal.ts'
import { qualify } from '../qualified-subject.ts'
import type { RegistryRecord } from '../state/registry-record.ts'
import type { RegistryState } from '../state/registry-state.ts'
import { modeInScope } from './settings.ts'

/** What to answer, once these records are in the log; none where nothing changes. */
export interface Decision<Answer> {
  readonly answer: Answer
  readonly records: readonly RegistryRecord[]
}

/** Decides a change on the state as of the end of the log. May be called again, on a later state. Throws RegistryRefusal. */
export type Decide<Answer> = (state: RegistryState) => Decision<Answer>

export function refuseReadOnly(state: RegistryState, subject: string | undefined): void {
  if (!modeInScope(state, subject).startsWith('READONLY')) return
  throw refusals.notPermitted(`${whereOf(subject)} is in read-only mode`)
}

/** The subject and its context, as refusals name them. */
export function whereOf(subject: string | undefined): string {
  const { context, subject: name } = qualify(subject ?? '')
  return `Subject ${name} in context ${context}`
}
