import type { Sample } from './register-family.ts'

/** How often values fell between bounds, in plain numbers. */
export interface HistogramCounts {
  observe(value: number): void
  samples(name: string, labels: Readonly<Record<string, string>>): readonly Sample[]
}

export function createHistogramCounts(bounds: readonly number[]): HistogramCounts {
  const counts = new Array<number>(bounds.length + 1).fill(0)
  let sum = 0
  return {
    observe(value) {
      let at = 0
      while (at < bounds.length && value > bounds[at]!) at++
      counts[at]!++
      sum += value
    },
    samples(name, labels) {
      let below = 0
      const buckets = counts.map((count, at) => ({
        metricName: `${name}_bucket`,
        labels: { ...labels, le: String(bounds[at] ?? '+Inf') },
        value: (below += count),
      }))
      return [
        ...buckets,
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: below },
      ]
    },
  }
}
