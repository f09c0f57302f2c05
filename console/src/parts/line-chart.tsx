import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef, useState } from 'react'
import { onThemeChange } from '../shell/theme.ts'

interface Series {
  readonly label: string
  readonly values: readonly (number | null)[]
}

/** Lines or bars over time or numbers; the table beside it is its text alternative. */
export default function LineChart(props: {
  readonly label: string
  readonly x: readonly number[]
  /** Whether x is in seconds, and in which zone they are read: a timestamp without zone is nobody's, and shown as it is. */
  readonly time: false | 'local' | 'UTC'
  /** What x is; the time without it. */
  readonly xName?: string
  readonly series: readonly Series[]
  readonly bars?: boolean
  /** Names of the places 0, 1, 2, … on the x axis. */
  readonly words?: readonly string[] | undefined
  readonly height?: number
  /** The least that the x axis shows, in its unit: a chart that begins to fill does not stretch. */
  readonly span?: number
}) {
  const host = useRef<HTMLDivElement>(null)
  const [theme, setTheme] = useState(0)
  useEffect(() => onThemeChange(() => setTheme((count) => count + 1)), [])
  const { x, series, time, bars, height = 180, span = 0, words, xName = 'Time' } = props
  useEffect(() => {
    const element = host.current!
    const ink = getComputedStyle(element).getPropertyValue('--quiet')
    const accent = getComputedStyle(element).getPropertyValue('--accent')
    const axis = { stroke: ink, grid: { stroke: 'rgb(128 128 128 / 0.18)' }, ticks: { show: false } }
    const last = x.length - 1
    const chart: uPlot = new uPlot(
      {
        width: element.clientWidth,
        height,
        scales: bars ? barScales : { x: { time: false, ...(span > 0 ? { range: atLeast(span) } : {}) } },
        axes: [
          { ...axis, ...xAxis(words, time) },
          { ...axis, size: 64 },
        ],
        hooks: { setCursor: [(u) => void (typeof u.cursor.idx === 'number' || u.setLegend({ idx: last }))] },
        series: [
          { label: xName, value: (_, at) => (at === null ? '' : (words?.[at] ?? nameOf(at, time))) },
          ...series.map(({ label }, at) => ({
            label,
            stroke: at === 0 ? accent : ink,
            width: 2,
            points: { show: false },
            ...(at > 0 ? { dash: [6, 4] } : {}),
            ...(bars ? { fill: at === 0 ? accent : 'transparent', paths: uPlot.paths.bars!({ size: [0.7, 60] }) } : {}),
          })),
        ],
      },
      [[...x], ...series.map(({ values }) => [...values])] as uPlot.AlignedData,
      element,
    )
    chart.setLegend({ idx: last })
    const watcher = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }))
    watcher.observe(element)
    return () => {
      watcher.disconnect()
      chart.destroy()
    }
  }, [x, series, time, bars, height, span, words, xName, theme])
  return <div ref={host} className="chart" role="img" aria-label={props.label} />
}

/** Bars are read by their length: they begin at zero, and the first and last are whole. */
const barScales: uPlot.Scales = {
  x: { time: false, range: (_, min, max) => [min - 0.5, max + 0.5] },
  y: { range: (_, min, max) => uPlot.rangeNum(Math.min(0, min), Math.max(0, max), 0.05, true) },
}

function atLeast(span: number): uPlot.Range.Function {
  return (_, min, max) => [Math.min(min, max - span), max]
}

/** Whole places only, each by its word; or moments, as fine as they lie apart. */
function xAxis(words: readonly string[] | undefined, time: false | 'local' | 'UTC'): uPlot.Axis {
  if (words)
    return {
      incrs: [1, 2, 5, 10, 20, 50, 100, 1000, 10_000],
      values: (_, splits) => splits.map((at) => words[at] ?? ''),
    }
  if (!time) return {}
  return {
    incrs: timeSteps,
    space: 90,
    values: (_, splits, _axis, _space, step) => splits.map((at) => nameOf(at, time, step)),
  }
}

const [minute, hour, day] = [60, 3600, 86_400]
const timeSteps = [1, 5, 10, 15, 30, minute, 300, 600, 1800, hour, 10_800, 21_600, day, 604_800, day * 30, day * 365]

/** 2026-11-24 01:12:52, as much of it as a step of so many seconds tells. */
function nameOf(at: number, time: false | 'local' | 'UTC', step = 0): string {
  if (!time) return String(at)
  const text = new Date(at * 1000).toLocaleString('sv-SE', time === 'UTC' ? { timeZone: 'UTC' } : {})
  if (step >= day) return text.slice(0, 10)
  if (step >= minute) return text.slice(step >= hour ? 5 : 11, 16)
  return step > 0 ? text.slice(11) : text
}
