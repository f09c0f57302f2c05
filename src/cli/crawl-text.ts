import { formatSize } from '../kernel/units.ts'
import type { CrawlAnswer } from '../platform/operations.ts'
import { formatCount } from './output.ts'

type File = NonNullable<CrawlAnswer['files']>[number]

const shownMax = 20

/** Files that are not in the table, each with its reason. */
export function leftOutText(files: readonly File[], crawler: string): readonly string[] {
  if (files.length === 0) return []
  const shown = files.slice(0, shownMax)
  return [
    `Left out (${formatCount(String(files.length))}):`,
    ...shown.map(({ path, leftOut }) => `  ${path}  ${leftOut!.reason}: ${leftOut!.detail}`),
    ...(files.length > shown.length ? [`  … weir crawl ${crawler} --explain shows all`] : []),
  ]
}

/** All that is known of a file. */
export function explainFile({ path, sizeBytes, why, columns, typeReasons, rows, isWhole, leftOut }: File): string {
  const reasons = new Map(typeReasons.map((reason) => [reason.column, reason]))
  const shown = columns.map(({ name, type }) => {
    const reason = reasons.get(name)
    return `    ${name} ${type ?? 'no value seen'}${reason ? `, because of row ${reason.row}: ${JSON.stringify(reason.value)}` : ''}`
  })
  const looked =
    rows === null ? [] : [`  ${isWhole ? 'all' : 'the first'} ${formatCount(String(rows))} rows were looked at`]
  return [
    `${path}  ${formatSize(sizeBytes)}`,
    ...(leftOut ? [`  left out, ${leftOut.reason}: ${leftOut.detail}`] : []),
    ...why.map((sentence) => `  ${sentence}`),
    ...looked,
    ...shown,
  ].join('\n')
}
