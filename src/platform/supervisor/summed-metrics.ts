import { AggregatorRegistry, type MetricObject } from 'prom-client'
import type { MetricsJson } from '../children/child-methods.ts'

export interface MetricsSource {
  /** Becomes the label `process`. */
  readonly process: string
  read(): Promise<MetricsJson>
}

/** OpenMetrics text of all processes; one that does not answer is left out. */
export async function summedMetrics(sources: readonly MetricsSource[]): Promise<string> {
  const read = await Promise.all(
    sources.map(async (source) => labelled(source.process, await source.read().catch(() => []))),
  )
  return AggregatorRegistry.aggregate(read.filter((metrics) => metrics.length > 0) as never).metrics()
}

function labelled(process: string, metrics: MetricsJson): MetricObject[] {
  return metrics.map((metric) => {
    const values = (metric as { values?: { labels?: object }[] }).values ?? []
    return {
      ...metric,
      values: values.map((value) => ({ ...value, labels: { ...value.labels, process } })),
    } as MetricObject
  })
}
