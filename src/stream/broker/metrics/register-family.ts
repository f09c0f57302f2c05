import type { Registry } from 'prom-client'

export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
  /** Of a histogram's parts; the family's name without it. */
  readonly metricName?: string
}

/** A metric whose numbers are kept elsewhere, plain: series are made when somebody asks, and cost nothing before. */
export interface MetricFamily {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly read: () => readonly Sample[]
}

export function registerFamily(registry: Registry, { name, help, type, read }: MetricFamily): void {
  const metric = {
    name,
    help,
    type,
    get: async () => ({ name, help, type, aggregator: 'sum', values: read() }),
    reset: () => undefined,
  }
  // To the registry a metric is what has a name and can be read; its types know the library's own classes alone.
  registry.registerMetric(metric as never)
}
