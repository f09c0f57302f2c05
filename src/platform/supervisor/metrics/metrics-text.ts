/** A metric with its samples, as prom-client gives it as JSON. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary'
  readonly values: readonly {
    readonly value: number
    readonly labels?: Readonly<Record<string, string | number>>
    /** Of a histogram's parts; the family's name without it. */
    readonly metricName?: string
  }[]
}

export type MetricsFormat = 'prometheus' | 'openmetrics'

export const metricsContentTypes: Readonly<Record<MetricsFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/** What a scraper that sends this header understands best. */
export function formatFor(accept: string | undefined): MetricsFormat {
  return accept?.includes('application/openmetrics-text') === true ? 'openmetrics' : 'prometheus'
}

/** The text formats of Prometheus 0.0.4 and OpenMetrics 1.0, which names a counter without its `_total`. */
export function metricsText(families: readonly Family[], format: MetricsFormat): string {
  const text = families.map((family) => familyText(family, format)).join('')
  return format === 'openmetrics' ? `${text}# EOF\n` : text
}

function familyText({ name, help, type, values }: Family, format: MetricsFormat): string {
  const isOpen = format === 'openmetrics'
  const shown = isOpen && type === 'counter' ? name.replace(/_total$/, '') : name
  const sampleName = isOpen && type === 'counter' ? `${shown}_total` : name
  const head = `# HELP ${shown} ${escaped(help)}\n# TYPE ${shown} ${type}\n`
  return (
    head +
    values
      .map(
        ({ metricName, labels = {}, value }) =>
          `${metricName ?? sampleName}${labelsText(labels)} ${numberText(value)}\n`,
      )
      .join('')
  )
}

function labelsText(labels: Readonly<Record<string, string | number>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(String(value))}"`)
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('"', String.raw`\"`)
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf'
}
