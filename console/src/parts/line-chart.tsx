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
  readonly time: boolean
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
  const { x, series, time, bars, height = 180, span = 0, words } = props
  useEffect(() => {
    const element = host.current!
    const ink = getComputedStyle(element).getPropertyValue('--quiet')
    const accent = getComputedStyle(element).getPropertyValue('--accent')
    const axis = { stroke: ink, grid: { stroke: 'rgb(128 128 128 / 0.18)' }, ticks: { show: false } }
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height,
        scales: bars ? barScales : { x: { time, ...(span > 0 ? { range: atLeast(span) } : {}) } },
        axes: [words ? { ...axis, ...wordAxis(words) } : axis, { ...axis, size: 64 }],
        series: [
          {},
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
    const watcher = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }))
    watcher.observe(element)
    return () => {
      watcher.disconnect()
      chart.destroy()
    }
  }, [x, series, time, bars, height, span, words, theme])
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

/** Whole places only, each by its word. */
function wordAxis(words: readonly string[]): uPlot.Axis {
  return {
    incrs: [1, 2, 5, 10, 20, 50, 100, 1000, 10_000],
    values: (_, splits) => splits.map((at) => words[at] ?? ''),
  }
}
