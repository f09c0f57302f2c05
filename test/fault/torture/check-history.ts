import { checkCopies } from './checks/check-copies.ts'
import { checkDamage } from './checks/check-damage.ts'
import { checkCommits, checkEnds } from './checks/check-progress.ts'
import { checkAcknowledged, checkNoneAppears, checkOffsets, checkOnce, checkOrder } from './checks/check-records.ts'
import { checkTables } from './checks/check-tables.ts'
import { checkCommittedReads, checkTransactionOffsets, checkWhole } from './checks/check-transactions.ts'
import { gatherEvidence, type Check, type Violation } from './checks/evidence.ts'
import type { History, Outcome } from './history.ts'

const checks: readonly Check[] = [
  checkAcknowledged,
  checkOnce,
  checkOrder,
  checkOffsets,
  checkNoneAppears,
  checkWhole,
  checkCommittedReads,
  checkTransactionOffsets,
  checkEnds,
  checkCommits,
  checkTables,
  checkCopies,
  checkDamage,
]

/** Everything in the history that a log may not do. */
export function checkHistory(history: History, outcome: Outcome): readonly Violation[] {
  const evidence = gatherEvidence(history, outcome)
  return checks.flatMap((check) => [...check(evidence)])
}
