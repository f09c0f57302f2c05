import { collectDefaultMetrics, Registry } from 'prom-client'

/** A registry with what every process says of itself: CPU, memory, event loop delay, garbage collection. */
export function processMetrics(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'weir_' })
  return registry
}
