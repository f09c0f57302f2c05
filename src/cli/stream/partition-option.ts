import { WeirError } from '../../kernel/errors/weir-error.ts'

/** `0`, `0,2`, `0-3`, several times; undefined for all. WEIR-2009 for one that the stream lacks. */
export function partitionOption(
  values: readonly string[] | undefined,
  stream: string,
  partitions: number,
): readonly number[] | undefined {
  if (!values || values.length === 0) return undefined
  const wanted = new Set(values.flatMap((value) => value.split(',')).flatMap(rangeOf))
  for (const partition of wanted)
    if (partition >= partitions)
      throw new WeirError(
        'WEIR-2009',
        `there is no partition ${partition} of ${stream}: it has ${partitions === 1 ? 'only 0' : `0 to ${partitions - 1}`}`,
      )
  return [...wanted].toSorted((a, b) => a - b)
}

const partitionsMax = 100_000

function rangeOf(text: string): number[] {
  const [, first, last = first] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(text.trim()) ?? []
  if (first === undefined || Number(last) < Number(first) || Number(last) > partitionsMax)
    throw new WeirError('WEIR-2009', `--partition takes 0, 0,2 or 0-3, not "${text}"`)
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, at) => Number(first) + at)
}
