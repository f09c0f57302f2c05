import type { Snapshot } from '../../api/answers.ts'

const newestListed = 100
const namedListed = 200

/**
 * Those that a choice lists: the newest, those with a name, and those that are chosen. The others are found in the list of snapshots, which
 * draws what is in sight.
 */
export function listedSnapshots(items: readonly Snapshot[], chosen: readonly string[]): readonly Snapshot[] {
  const wanted = new Set(chosen)
  let named = 0
  return items.filter(
    ({ id, refs }, at) => at < newestListed || wanted.has(id) || (refs.length > 0 && named++ < namedListed),
  )
}
