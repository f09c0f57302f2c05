import type { StreamState } from '../../kinds/reconcile-services.ts'

/** As much of what the log says of itself as is asked here. */
export interface LogStatus {
  readonly topics: readonly {
    readonly name: string
    readonly partitions: readonly { readonly partition: number; readonly trouble?: string }[]
  }[]
}

const freshMs = 1000

/** States of topics, from one answer of the log for all of them: hundreds of streams are looked at together. */
export function streamStates(read: () => Promise<LogStatus | undefined>): {
  of(name: string): Promise<StreamState>
  /** A topic is about to change. */
  forget(): void
} {
  let latest:
    | { readonly at: number; readonly topics: Promise<ReadonlyMap<string, StreamState> | undefined> }
    | undefined
  return {
    async of(name) {
      if (latest === undefined || performance.now() - latest.at > freshMs)
        latest = { at: performance.now(), topics: read().then(statesOf, () => undefined) }
      const topics = await latest.topics
      return topics === undefined ? 'unknown' : (topics.get(name) ?? 'gone')
    },
    forget: () => void (latest = undefined),
  }
}

function statesOf(status: LogStatus | undefined): ReadonlyMap<string, StreamState> | undefined {
  return status && new Map(status.topics.map(({ name, partitions }) => [name, stateOf(partitions)]))
}

function stateOf(partitions: LogStatus['topics'][number]['partitions']): StreamState {
  const troubles = partitions.flatMap(({ trouble }) => (trouble === undefined ? [] : [trouble]))
  return troubles.length === 0 ? 'well' : { trouble: troubles.join('; ') }
}
