type Tone = 'ok' | 'working' | 'warning' | 'failed' | 'unknown'

/** State is told by icon and word; the colour only repeats it. */
const looks: Record<string, readonly [Tone, string]> = {
  Active: ['ok', '●'],
  Creating: ['working', '◔'],
  Updating: ['working', '◑'],
  Deleting: ['working', '◕'],
  Paused: ['warning', '▲'],
  Failed: ['failed', '✕'],
}

export function State(props: {
  readonly state: string
  readonly reason?: string | null | undefined
  readonly count?: number
}) {
  const { state, reason, count } = props
  const [tone, icon] = looks[state] ?? ['unknown', '?']
  return (
    <span className="state" data-tone={tone} title={reason ?? undefined}>
      <span aria-hidden="true">{icon}</span>
      {count === undefined ? state : `${count} ${state}`}
    </span>
  )
}

interface BalanceOf {
  readonly holds: boolean | undefined
  /** Not when the table was rolled back. */
  readonly isAsCommitted: boolean | undefined
}

/** The tick of the ledger: holds, does not hold, not known. */
export function Balance({ holds, isAsCommitted }: BalanceOf) {
  if (holds === undefined)
    return (
      <span className="state" data-tone="unknown">
        ? not known
      </span>
    )
  return holds ? (
    <span className="state" data-tone="ok">
      ✓ adds up
    </span>
  ) : (
    <span className="state" data-tone="failed">
      {isAsCommitted === false ? '✕ table rolled back' : '✕ does not add up'}
    </span>
  )
}

const processLooks: Record<string, readonly [Tone, string]> = {
  ready: ['ok', '●'],
  idle: ['unknown', '○'],
  starting: ['working', '◔'],
  waiting: ['warning', '▲'],
  failed: ['failed', '✕'],
}

export function ProcessState({ state }: { readonly state: string }) {
  const [tone, icon] = processLooks[state] ?? ['unknown', '?']
  return (
    <span className="state" data-tone={tone}>
      <span aria-hidden="true">{icon}</span>
      {state}
    </span>
  )
}
