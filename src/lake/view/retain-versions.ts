import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { ViewLogEntry, ViewMetadata } from './view-metadata.ts'

/** How many versions a view keeps, when `version.history.num-entries` does not say. */
const versionsKept = 10

/** The newest versions, the current one and those of this commit among them; the log back to the first that went. */
export function retainVersions(view: ViewMetadata, added: readonly number[]): ViewMetadata {
  const asked = view.properties?.['version.history.num-entries']
  const size = asked === undefined ? versionsKept : Number(asked)
  if (!Number.isInteger(size) || size < 1)
    throw new WeirError('WEIR-4006', `version.history.num-entries must be positive but was ${asked}`)
  const current = view['current-version-id']
  const max = Math.max(size, new Set([...added, current]).size)
  if (view.versions.length <= max) return view
  const newest = view.versions
    .map((version) => version['version-id'])
    .filter((id) => id !== current)
    .toSorted((a, b) => b - a)
    .slice(0, max - 1)
  const kept = new Set([current, ...newest])
  return {
    ...view,
    versions: view.versions.filter((version) => kept.has(version['version-id'])),
    'version-log': logWithin(view['version-log'], kept),
  }
}

/** What came before a version that is not known any more is no history of the others. */
function logWithin(log: readonly ViewLogEntry[], kept: ReadonlySet<number>): readonly ViewLogEntry[] {
  return log.slice(log.findLastIndex((entry) => !kept.has(entry['version-id'])) + 1)
}
