type Content = Readonly<Record<string, unknown>>
/** One line of a commit or one row of a checkpoint: what it is not is absent or null. Nothing that the writer said of it is left out. */
export type LoggedAction = Readonly<Record<string, Content | null | undefined>>

/**
 * The actions that are in force after others, in their order (Delta protocol, "Action Reconciliation"): a checkpoint's rows. Files that were taken out
 * before `removedSince`, in milliseconds, are named no more.
 */
export function replayLog(actions: readonly LoggedAction[], removedSince: number): readonly LoggedAction[] {
  const files = new Map<string, LoggedAction>()
  const transactions = new Map<unknown, LoggedAction>()
  const domains = new Map<unknown, LoggedAction>()
  let protocol: LoggedAction | undefined
  let metaData: LoggedAction | undefined
  for (const action of actions) {
    if (action['protocol']) protocol = { protocol: action['protocol'] }
    if (action['metaData']) metaData = { metaData: action['metaData'] }
    if (action['txn']) transactions.set(action['txn']['appId'], { txn: action['txn'] })
    if (action['domainMetadata'])
      domains.set(action['domainMetadata']['domain'], { domainMetadata: action['domainMetadata'] })
    // In a checkpoint no file changes the table.
    if (action['add']) files.set(keyOf(action['add']), { add: { ...action['add'], dataChange: false } })
    if (action['remove']) files.set(keyOf(action['remove']), { remove: { ...action['remove'], dataChange: false } })
  }
  const kept = [...files.values()].filter(
    ({ remove }) => !remove || Number(remove['deletionTimestamp'] ?? 0) >= removedSince,
  )
  const named = [...domains.values()].filter(({ domainMetadata }) => domainMetadata?.['removed'] !== true)
  return [...(protocol ? [protocol] : []), ...(metaData ? [metaData] : []), ...transactions.values(), ...named, ...kept]
}

/** A file with another vector is another one. */
function keyOf(file: Content): string {
  const vector = file['deletionVector'] as Content | null | undefined
  const own = vector ? [vector['storageType'], vector['pathOrInlineDv'], vector['offset'] ?? null] : null
  return JSON.stringify([file['path'], own])
}
