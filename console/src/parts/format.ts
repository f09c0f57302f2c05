const integer = new Intl.NumberFormat('en-US')

/** 8,604,112. Counts come as decimal text when they may be beyond 2^53. */
export function formatCount(value: number | string | undefined): string {
  if (value === undefined) return 'not known'
  return integer.format(typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : Math.round(Number(value)))
}

/** Decimal units: 12.3 MB. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${units[unit]}`
}

/** 1,204/s */
export function formatRate(perSecond: number): string {
  return `${perSecond >= 10 || perSecond === 0 ? integer.format(Math.round(perSecond)) : perSecond.toFixed(1)}/s`
}

/** How long ago: 4 s, 12 min, 3 h, 2 days. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, ms / 1000)
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} days`
}

/** 2026-11-24 01:12:52, in the reader's time zone: sorts as it reads. */
export function formatTime(iso: string): string {
  return new Date(iso).toLocaleString('sv-SE')
}
