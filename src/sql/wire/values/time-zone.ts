/** Seconds that a zone is ahead of UTC at an instant, and how PostgreSQL writes it: `+02`, `+05:30`. */
export interface ZoneOffset {
  readonly micros: number
  readonly text: string
}

const utc: ZoneOffset = { micros: 0, text: '+00' }
const quarterMicros = 15 * 60 * 1_000_000

/** Offsets of one IANA zone; they change at quarters of an hour at most, so each quarter is asked for once. */
export function zoneOffsets(zone: string): (micros: number) => ZoneOffset {
  if (/^(utc|gmt|etc\/utc)$/i.test(zone)) return () => utc
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  const known = new Map<number, ZoneOffset>()
  return (micros) => {
    const quarter = Math.floor(micros / quarterMicros)
    let offset = known.get(quarter)
    if (!offset) {
      offset = parseOffset(format.format(new Date((quarter * quarterMicros) / 1000)))
      if (known.size > 100_000) known.clear()
      known.set(quarter, offset)
    }
    return offset
  }
}

function parseOffset(formatted: string): ZoneOffset {
  const [, sign, hours, minutes, seconds] = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(formatted) ?? []
  if (!sign || !hours || !minutes) return utc
  const total = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds ?? 0)
  const tail = seconds && seconds !== '00' ? `:${minutes}:${seconds}` : minutes === '00' ? '' : `:${minutes}`
  return { micros: (sign === '-' ? -total : total) * 1_000_000, text: `${sign}${hours}${tail}` }
}
