import { whenReachable } from '../api/when-reachable.ts'
import { lazy, Suspense, useMemo } from 'react'
import type { SqlAnswer } from '../api/answers.ts'
import { Empty, Loading } from '../parts/notice.tsx'
import { isNumberType } from '../parts/result-grid.tsx'

const LineChart = lazy(() => whenReachable(() => import('../parts/line-chart.tsx')))

/** Lines over time, bars over words, by the types of the columns. */
export function ResultChart({ result }: { readonly result: SqlAnswer }) {
  const chart = useMemo(() => chartOf(result), [result])
  if (!chart) return <Empty>A chart needs a column of numbers, and a first column of times, numbers or words.</Empty>
  return (
    <section className="card">
      <Suspense fallback={<Loading height={320} />}>
        <LineChart
          label={`${chart.series.map(({ label }) => label).join(', ')} by ${result.columns[0]!.name}; the table holds the values`}
          {...chart}
          xName={result.columns[0]!.name}
          height={320}
        />
      </Suspense>
    </section>
  )
}

function chartOf({ columns, rows }: SqlAnswer) {
  const first = columns[0]
  const numbers = columns
    .map((column, at) => ({ ...column, at }))
    .filter(({ type, at }) => at > 0 && isNumberType(type))
  if (!first || numbers.length === 0 || rows.length === 0) return undefined
  const time = timeOf(first.type)
  const words = !time && !isNumberType(first.type) ? rows.map((row) => String(row[0])) : undefined
  const x = rows.map((row, at) => (time ? secondsOf(String(row[0]), time) : words ? at : Number(row[0])))
  const order = x.map((_, at) => at).toSorted((a, b) => x[a]! - x[b]!)
  const series = numbers
    .slice(0, 4)
    .map(({ name, at }) => ({ label: name, values: order.map((row) => asNumber(rows[row]![at])) }))
  return { x: order.map((at) => x[at]!), time, series, bars: words !== undefined, words }
}

/** A timestamp without zone, or a date, is shown as it is wherever the reader sits. */
function timeOf(type: string): false | 'local' | 'UTC' {
  if (/^timestamptz/i.test(type)) return 'local'
  return /^(timestamp|date)/i.test(type) ? 'UTC' : false
}

/** PostgreSQL's text, `2001-01-01 10:00:00.123456+00`, as seconds. */
function secondsOf(text: string, time: 'local' | 'UTC'): number {
  const iso = text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')
  return Date.parse(time === 'UTC' ? `${iso}${iso.includes('T') ? 'Z' : ''}` : iso) / 1000
}

function asNumber(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value)
}
