import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { useGroupHistory } from '../../api/groups.ts'
import { whenReachable } from '../../api/when-reachable.ts'
import { formatCount } from '../../parts/format.ts'
import { Loading } from '../../parts/notice.tsx'

const LineChart = lazy(() => whenReachable(() => import('../../parts/line-chart.tsx')))

interface Point {
  readonly at: number
  readonly lag: number | null
}

const keptPoints = 900

/** The last half hour as the log has watched it, and what this page has seen since. */
export function LagChart(props: { readonly group: string; readonly lag: number | null; readonly at: number }) {
  const { group, lag, at } = props
  const history = useGroupHistory(group)
  const seen = useSeen(group, lag, at)
  const points = useMemo(() => {
    const { at: last, everyMs = 0, lag: values = [] } = history.data ?? {}
    const end = typeof last === 'string' ? Date.parse(last) : 0
    const watched = values.map((value, index): Point => ({
      at: end - (values.length - 1 - index) * everyMs,
      lag: value,
    }))
    return [...watched, ...seen.filter((point) => point.at > end)]
  }, [history.data, seen])
  const x = useMemo(() => points.map((point) => point.at / 1000), [points])
  const series = useMemo(() => [{ label: 'lag', values: points.map((point) => point.lag) }], [points])
  return (
    <section className="card" aria-label="Lag over time">
      <h2>Lag over time, in offsets</h2>
      {points.length < 2 ? (
        <p className="quiet waiting">Waiting for the second value.</p>
      ) : (
        <Suspense fallback={<Loading height={214} />}>
          <LineChart
            label={`Lag now ${lag === null ? 'not known' : formatCount(lag)}, the most was ${formatCount(mostOf(points))}`}
            x={x}
            time="local"
            span={60}
            series={series}
          />
        </Suspense>
      )}
    </section>
  )
}

function useSeen(group: string, lag: number | null, at: number): readonly Point[] {
  const [seen, setSeen] = useState<readonly Point[]>([])
  const of = useRef(group)
  useEffect(() => {
    const before = of.current === group ? seen : []
    of.current = group
    setSeen([...before.slice(1 - keptPoints), { at, lag }])
    // One point for each answer.
  }, [group, at])
  return seen
}

function mostOf(points: readonly Point[]): number {
  return points.reduce((most, { lag }) => Math.max(most, lag ?? 0), 0)
}
