import type { MetricsJson } from '../../children/child-methods.ts'
import { metricsText, type Family, type MetricsFormat } from './metrics-text.ts'

export interface MetricsSource {
  /** Becomes the label `process` of what is about the process. */
  readonly process: string
  readonly read: () => Promise<MetricsJson>
}

/** Metrics of all processes as text; one that does not answer is left out. */
export async function exposeMetrics(sources: readonly MetricsSource[], format: MetricsFormat): Promise<string> {
  const families = new Map<string, Family>()
  const read = await Promise.all(
    sources.map(async ({ process, read: metrics }) => ({
      process,
      metrics: (await metrics().catch(() => [])) as readonly Family[],
    })),
  )
  for (const { process, metrics } of read)
    for (const family of metrics) {
      const values = isOfData(family.name) ? family.values : family.values.map((value) => labelled(value, process))
      const known = families.get(family.name)
      families.set(family.name, { ...family, values: known ? [...known.values, ...values] : values })
    }
  return metricsText([...families.values()], format)
}

/** One process counts what is about topics and groups: which one, nobody asks. */
function isOfData(name: string): boolean {
  return /^weir_(topic|partition|group)/.test(name)
}

function labelled(value: Family['values'][number], process: string): Family['values'][number] {
  return { ...value, labels: { ...value.labels, process } }
}
