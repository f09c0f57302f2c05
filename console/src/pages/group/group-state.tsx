const looks: Readonly<Record<string, readonly [tone: string, icon: string]>> = {
  Stable: ['ok', '●'],
  Empty: ['unknown', '○'],
  PreparingRebalance: ['working', '◔'],
  CompletingRebalance: ['working', '◑'],
  Assigning: ['working', '◔'],
  Reconciling: ['working', '◑'],
  Dead: ['failed', '✕'],
}

/** By icon and word; the colour only repeats it. */
export function GroupState({ state }: { readonly state: string }) {
  const [tone, icon] = looks[state] ?? ['unknown', '?']
  return (
    <span className="state" data-tone={tone}>
      <span aria-hidden="true">{icon}</span>
      {state}
    </span>
  )
}
