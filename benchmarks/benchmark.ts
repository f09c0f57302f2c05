/** One line of the report: what was measured, in pairs, against its reference. */
export interface Figure {
  readonly name: string
  readonly unit: string
  /** One value a pair. */
  readonly ours: readonly number[]
  readonly reference: readonly number[]
  readonly referenceName: string
  /** Of ours to the reference, pair by pair, when not simply ours/reference. */
  readonly bar: Bar
}

/** `ratio`: the median of ours/reference; `bound`: the median of ours alone. */
export interface Bar {
  readonly kind: 'ratio' | 'bound'
  readonly at: 'least' | 'most'
  readonly value: number
  /** As the design says it. */
  readonly text: string
}

export interface Benchmark {
  readonly name: string
  readonly question: string
  run(options: BenchmarkOptions): Promise<readonly Figure[]>
}

export interface BenchmarkOptions {
  /** Alternating pairs, ours and the reference in turn. */
  readonly pairs: number
  /** The form that takes minutes, where there is a shorter one. */
  readonly long: boolean
  readonly say: (text: string) => void
}

export interface Verdict {
  readonly median: number
  readonly spread: readonly [number, number]
  readonly met: boolean
}

export function judge({ ours, reference, bar }: Figure): Verdict {
  const values = (bar.kind === 'ratio' ? ours.map((value, at) => value / reference[at]!) : [...ours]).toSorted(
    (a, b) => a - b,
  )
  const middle = median(values)
  return {
    median: middle,
    spread: [values[0]!, values.at(-1)!],
    met: bar.at === 'least' ? middle >= bar.value : middle <= bar.value,
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[at]! : (sorted[at - 1]! + sorted[at]!) / 2
}

/** The value below which the given share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!
}
