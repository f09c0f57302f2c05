import { rememberIgnored, type FieldPlan, type ObjectPlan } from './scan-plan.ts'
import { scanString } from './scan-string.ts'
import type { ScanState } from './scan-state.ts'

/** The field whose key begins at `at`, when it is not the one that came here last time. Undefined when the scan has failed. */
export function findField(scan: ScanState, plan: ObjectPlan, depth: number): FieldPlan | undefined {
  const from = scan.at
  if (!scanString(scan)) return undefined
  let key = scan.textOf(from, scan.at - 1)
  // What DuckDB compares is the text that an escaped key stands for.
  if (scan.escaped)
    key = Buffer.from(JSON.parse(`"${Buffer.from(key, 'latin1').toString('utf8')}"`) as string).toString('latin1')
  const known = plan.byKey.get(key)
  if (known) return known
  const name = Buffer.from(key, 'latin1').toString('utf8')
  if (depth === 1 && name.startsWith('_')) return (scan.failKey('reserved', name), undefined)
  const similar = plan.byLowerCase.get(name.toLowerCase())
  if (similar) return (scan.failKey('case', name, similar), undefined)
  if (!scan.ignoreUnknown) return (scan.failKey(depth === 1 ? 'unknown' : 'unknown inside', name), undefined)
  return rememberIgnored(plan, key)
}
