/** Days since 1970-01-01 of `YYYY-MM-DD` (years of any length, `(BC)` as DuckDB prints them). */
export function daysOf(date: string): number {
  const match = /^([+-]?\d+)-(\d\d)-(\d\d)( \(BC\))?/.exec(date)
  if (match === null) throw new RangeError(`${date} is not a date`)
  const year = match[4] === undefined ? Number(match[1]) : 1 - Number(match[1])
  return daysOfCivil(year, Number(match[2]), Number(match[3]))
}

/** Days of the proleptic Gregorian calendar. JavaScript's dates end in the year 275760, DuckDB's in 5881580. */
function daysOfCivil(year: number, month: number, day: number): number {
  // The year begins in March here, so that a leap day is its last.
  const from = month > 2 ? year : year - 1
  const era = Math.floor(from / 400)
  const yearOfEra = from - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** Microseconds of `HH:MM:SS[.ffffff]`. */
export function microsOfTime(time: string): bigint {
  const match = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?/.exec(time)
  if (match === null) throw new RangeError(`${time} is not a time`)
  const seconds = Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3])
  return BigInt(seconds) * 1_000_000n + BigInt((match[4] ?? '').padEnd(6, '0'))
}

/** Microseconds since the epoch of `YYYY-MM-DD HH:MM:SS[.ffffff][+HH[:MM[:SS]]]`, DuckDB's text. */
export function microsOfTimestamp(text: string): bigint {
  const space = /[ T]\d\d:/.exec(text)
  if (space === null) return BigInt(daysOf(text)) * 86_400_000_000n
  const clock = text.slice(space.index + 1)
  const zone = /([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?(?: \(BC\))?$/.exec(clock)
  const offset = zone === null ? 0 : Number(zone[2]) * 3600 + Number(zone[3] ?? 0) * 60 + Number(zone[4] ?? 0)
  const era = text.endsWith(' (BC)') ? ' (BC)' : ''
  const days = daysOf(text.slice(0, space.index) + era)
  const micros = BigInt(days) * 86_400_000_000n + microsOfTime(clock)
  return micros - BigInt(zone?.[1] === '-' ? -offset : offset) * 1_000_000n
}
