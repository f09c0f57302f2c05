import type { Registry } from 'prom-client'
import { createHistogramCounts, type HistogramCounts } from './histogram-counts.ts'
import { registerFamily } from './register-family.ts'

/** What is counted of requests, by API. */
export interface RequestFigures {
  /** A request was answered, or needed no answer. */
  readonly answered: (api: string, seconds: number, requestBytes: number, answerBytes: number) => void
}

const secondsBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
const bytesBounds = [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216]
/** Sizes of the others say nothing. */
const sized: ReadonlySet<string> = new Set(['Produce', 'Fetch'])

interface ApiFigures {
  count: number
  readonly seconds: HistogramCounts
  readonly sizes: { readonly request: HistogramCounts; readonly answer: HistogramCounts } | undefined
}

export function createRequestFigures(registry: Registry): RequestFigures {
  const apis = new Map<string, ApiFigures>()
  registerFamily(registry, {
    name: 'weir_log_requests_total',
    help: 'Kafka requests that were answered',
    type: 'counter',
    read: () => [...apis].map(([api, { count }]) => ({ labels: { api }, value: count })),
  })
  const histogram = (name: string, help: string, of: (figures: ApiFigures) => HistogramCounts | undefined): void =>
    registerFamily(registry, {
      name,
      help,
      type: 'histogram',
      read: () => [...apis].flatMap(([api, figures]) => of(figures)?.samples(name, { api }) ?? []),
    })
  histogram(
    'weir_log_request_seconds',
    'From the arrival of a request to its answer; a Fetch waits for records',
    ({ seconds }) => seconds,
  )
  histogram('weir_log_request_bytes', 'Size of Produce and Fetch requests', ({ sizes }) => sizes?.request)
  histogram('weir_log_answer_bytes', 'Size of the answers to them', ({ sizes }) => sizes?.answer)
  return {
    answered(api, seconds, requestBytes, answerBytes) {
      let figures = apis.get(api)
      if (!figures) apis.set(api, (figures = createApiFigures(api)))
      figures.count++
      figures.seconds.observe(seconds)
      if (!figures.sizes) return
      figures.sizes.request.observe(requestBytes)
      figures.sizes.answer.observe(answerBytes)
    },
  }
}

function createApiFigures(api: string): ApiFigures {
  const sizes = { request: createHistogramCounts(bytesBounds), answer: createHistogramCounts(bytesBounds) }
  return { count: 0, seconds: createHistogramCounts(secondsBounds), sizes: sized.has(api) ? sizes : undefined }
}
