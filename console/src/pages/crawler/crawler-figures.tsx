import { Link } from '@tanstack/react-router'
import { useStatus } from '../../api/queries.ts'
import { formatBytes, formatCount, formatTime } from '../../parts/format.ts'
import { Figure } from '../../parts/notice.tsx'
import type { CrawlerStatus } from './crawler-status.ts'
import { shell } from '../../parts/shell.ts'

/** What the last crawl came to. */
export function CrawlerFigures({ name }: { readonly name: string }) {
  const status = useStatus<CrawlerStatus>('crawler', name)
  if (!status.data) return null
  const { at, summary } = status.data
  const source = shell`weir get crawler ${name} --json`
  if (at === null || summary === null)
    return (
      <Figure label="Last crawl" value={at === null ? 'not yet' : 'failed'} source={source} at={status.dataUpdatedAt} />
    )
  const left = Object.entries(summary.leftOut)
  const leftSum = left.reduce((sum, [, count]) => sum + count, 0)
  return (
    <>
      <Figure
        label="Files in the table"
        value={formatCount(summary.files)}
        note={[summary.format, summary.partitions > 0 ? `${formatCount(summary.partitions)} partitions` : '']
          .filter(Boolean)
          .join(', ')}
        source={source}
        at={status.dataUpdatedAt}
      />
      <Figure label="Size" value={formatBytes(summary.bytes)} source={source} at={status.dataUpdatedAt} />
      <Figure
        label="Left out"
        value={formatCount(leftSum)}
        note={
          leftSum === 0 ? undefined : (
            <Link
              to="/resources/$kind/$name"
              params={{ kind: 'crawler', name }}
              search={{ tab: 'Files', content: 'left out' }}
            >
              {left.map(([reason, count]) => `${formatCount(count)} ${reason}`).join(', ')}
            </Link>
          )
        }
        source={source}
        at={status.dataUpdatedAt}
      />
      <Figure
        label="Last crawl"
        value={formatTime(at)}
        note={`opened ${formatCount(summary.looked)} files in ${summary.seconds.toFixed(1)} s`}
        source={source}
        at={status.dataUpdatedAt}
      />
    </>
  )
}
