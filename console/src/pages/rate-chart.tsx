import { whenReachable } from '../api/when-reachable.ts'
import { lazy, Suspense, useMemo } from 'react'
import { sumOf, useRates } from '../api/live.ts'
import { formatRate } from '../parts/format.ts'
import { Loading } from '../parts/notice.tsx'

const LineChart = lazy(() => whenReachable(() => import('../parts/line-chart.tsx')))

/** Produced and delivered, of all streams and deliveries. */
export function RateChart() {
  const samples = useRates()
  const { x, produced, delivered } = useMemo(
    () => ({
      x: samples.map(({ at }) => at / 1000),
      produced: samples.map((sample) => sumOf(sample, 'stream')),
      delivered: samples.map((sample) => sumOf(sample, 'delivery')),
    }),
    [samples],
  )
  const series = useMemo(
    () => [
      { label: 'produced/s', values: produced },
      { label: 'delivered/s', values: delivered },
    ],
    [produced, delivered],
  )
  return (
    <section className="card">
      <h2>Records per second, last five minutes</h2>
      {samples.length < 2 ? (
        <p className="quiet waiting">Waiting for the second sample; one comes each second.</p>
      ) : (
        <Suspense fallback={<Loading height={214} />}>
          <LineChart
            label={`Now ${formatRate(produced.at(-1)!)} produced, ${formatRate(delivered.at(-1)!)} delivered`}
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
