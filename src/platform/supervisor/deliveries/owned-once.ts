import type { TailReport } from '../../../sql/engine-host.ts'

/**
 * A partition that two workers report changed hands while they were asked: it is that of the later epoch (delivery.md, rule 13). In the
 * other report it is not ready, so that its rows there are left out.
 */
export function ownedOnce(reports: readonly TailReport[]): readonly TailReport[] {
  const owners = new Map<string, number>()
  const keyOf = ({ delivery }: TailReport, partition: number): string => `${partition} of ${delivery}`
  for (const report of reports)
    for (const { partition } of report.partitions) {
      const key = keyOf(report, partition)
      owners.set(key, Math.max(report.epoch, owners.get(key) ?? 0))
    }
  const isOwned = (report: TailReport, partition: number): boolean =>
    owners.get(keyOf(report, partition)) === report.epoch
  return reports.map((report) =>
    report.partitions.every(({ partition }) => isOwned(report, partition))
      ? report
      : {
          ...report,
          partitions: report.partitions.map((each) =>
            isOwned(report, each.partition) ? each : { ...each, ready: false },
          ),
        },
  )
}
