import type { RegistryState } from '../state/registry-state.ts'

/** A subject under which schemas of a topic's records are, by the ways in which serializers name them after it. */
export interface StreamSubject {
  readonly subject: string
  readonly part: 'key' | 'value' | 'record'
  /** Of the latest version. */
  readonly version: number
  readonly id: number
  readonly type: string
  readonly versions: number
}

export function subjectsOfStream(state: RegistryState, topic: string): readonly StreamSubject[] {
  return state.subjects().flatMap((subject) => {
    if (!subject.startsWith(`${topic}-`)) return []
    const versions = state.versions(subject).filter(({ deleted }) => !deleted)
    const latest = versions.at(-1)
    if (!latest) return []
    const rest = subject.slice(topic.length + 1)
    // `t-x-value` is of the topic t-x, and of none that is called t.
    if (/-(key|value)$/.test(rest)) return []
    const part = rest === 'key' || rest === 'value' ? rest : 'record'
    const { version, id, type } = latest
    return [{ subject, part, version, id, type, versions: versions.length }]
  })
}
