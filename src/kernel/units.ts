import { WeirError } from './errors/weir-error.ts'

const durationUnits = {
  ms: 1,
  second: 1000,
  s: 1000,
  minute: 60_000,
  min: 60_000,
  hour: 3_600_000,
  h: 3_600_000,
  day: 86_400_000,
  d: 86_400_000,
  week: 604_800_000,
} as const

const sizeUnits = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
} as const

/** A duration as people write it: `7 days`, `30 s`, `500 ms`. Whole milliseconds. */
export function parseDuration(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?([a-z]+)$/.exec(text.trim()) ?? []
  const factor = unit && (durationUnits[unit as never] ?? durationUnits[unit.replace(/s$/, '') as never])
  if (!amount || !factor)
    throw new WeirError('WEIR-1003', `"${text}" is not a duration; write it like "7 days", "30 s" or "500 ms"`)
  return bounded(text, Math.round(Number(amount) * factor))
}

/** A size as people write it: `64 MB` is 64,000,000 bytes, `64 MiB` is 67,108,864. */
export function parseSize(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/.exec(text.trim()) ?? []
  const factor = unit && sizeUnits[unit as keyof typeof sizeUnits]
  if (!amount || !factor) throw new WeirError('WEIR-1003', `"${text}" is not a size; write it like "64 MB" or "1 GiB"`)
  return bounded(text, Math.round(Number(amount) * factor))
}

/** What is no exact number any more means nothing to anybody. */
function bounded(text: string, value: number): number {
  if (value <= Number.MAX_SAFE_INTEGER) return value
  throw new WeirError('WEIR-1003', `"${text}" is more than can be counted exactly (2^53); write less`)
}

/** `1.5 h`, `20 s`, `3 days`: the largest unit that keeps the number at one or above. */
export function formatDuration(ms: number): string {
  if (ms >= 2 * 86_400_000) return `${trim(ms / 86_400_000)} days`
  if (ms >= 3_600_000) return `${trim(ms / 3_600_000)} h`
  if (ms >= 60_000) return `${trim(ms / 60_000)} min`
  if (ms >= 1000) return `${trim(ms / 1000)} s`
  return `${trim(ms)} ms`
}

/** `12.3 MB`, decimal units. */
export function formatSize(bytes: number): string {
  for (const unit of ['TB', 'GB', 'MB', 'KB'] as const)
    if (bytes >= sizeUnits[unit]) return `${trim(bytes / sizeUnits[unit])} ${unit}`
  return `${bytes} B`
}

function trim(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toFixed(1)))
}
