import type { Registry } from 'prom-client'
import { whenNeeded } from '../../kernel/when-needed.ts'
import type { MetricsJson } from './child-methods.ts'

/**
 * What a process says of itself, from the first time on that it is asked: one that is started for a single piece of work shall not first load what counts.
 * `more` adds to it.
 */
export function metricsOnDemand(
  more: (registry: Registry) => Promise<void> = async () => {},
): () => Promise<MetricsJson> {
  const registry = whenNeeded(async () => {
    const { processMetrics } = await import('./process-metrics.ts')
    const made = processMetrics()
    await more(made)
    return made
  })
  return async () => (await registry()).getMetricsAsJSON()
}
