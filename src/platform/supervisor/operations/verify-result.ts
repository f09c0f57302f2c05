import type { Verification } from '../../../delivery/ledger/verification.ts'
import type { VerifyResult } from '../../operations.ts'

const verdicts = { proven: 'yes', violated: 'no', 'cannot tell': 'cannot tell' } as const

/** One sentence for the whole delivery; what speaks against it comes first. */
export function verifyResultOf(
  delivery: string,
  { verdict, partitions, rows }: Verification,
  seconds: number,
): VerifyResult {
  const findings = partitions
    .filter((partition) => partition.verdict === verdict)
    .flatMap((partition) => partition.findings)
  const count = `${partitions.length} ${partitions.length === 1 ? 'partition' : 'partitions'}, ${BigInt(rows).toLocaleString('en-US')} rows`
  const detail = verdict === 'proven' ? `${count}: no gap, no duplicate` : findings.join('; ') || `${count}: ${verdict}`
  return { delivery, verdict: verdicts[verdict], detail, seconds }
}
