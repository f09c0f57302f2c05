import { sqlError } from '../sql-error.ts'
import { zoneOffsets } from '../wire/values/time-zone.ts'

const dayMicros = 86_400_000_000n
const microsMax = 2n ** 63n - 3n

/** Days since 1970-01-01 in the proleptic Gregorian calendar; year 0 is 1 BC (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
function dayNumber(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** `2024-02-29`, `-0044-03-15`, `+12024-01-01`. */
export function parseDay(text: string): number {
  const [, year, month, day] = /^([+-]?\d+)-(\d\d)-(\d\d)$/.exec(text) ?? unreadable('date', text)
  return dayNumber(Number(year), Number(month), Number(day))
}

/** Microseconds of a day out of `04:05:06.789`; further digits are cut off. */
export function parseTime(text: string): bigint {
  const [, hours, minutes, seconds, fraction = ''] =
    /^(\d\d):(\d\d):(\d\d)(?:\.(\d+))?$/.exec(text) ?? unreadable('time', text)
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)
  return BigInt(whole) * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'))
}

/** Microseconds since 1970 of `2024-02-29 04:05:06.789`. */
export function parseTimestamp(text: string): bigint {
  const [date = '', time = ''] = text.split(' ')
  return inRange(BigInt(parseDay(date)) * dayMicros + parseTime(time), text)
}

/** The same with a zone: `… UTC`, `… +05:30`, `… Europe/Berlin`. SQLSTATE 22008 for a local time that a zone has twice. */
export function parseZonedTimestamp(text: string): bigint {
  const at = text.lastIndexOf(' ')
  const zone = text.slice(at + 1)
  const local = parseTimestamp(text.slice(0, at))
  if (zone === 'UTC' || zone === 'Z') return local
  const fixed = /^[+-]\d\d:\d\d/.test(zone)
  return inRange(fixed ? local - BigInt(parseOffset(zone)) * 1_000_000n : instantOf(local, zone, text), text)
}

/** Seconds of `+05:30`. */
export function parseOffset(text: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(text) ?? unreadable('offset', text)
  return (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60 : 60)
}

const zones = new Map<string, ReturnType<typeof zoneOffsets>>()

function offsetsOf(zone: string): ReturnType<typeof zoneOffsets> {
  let offsets = zones.get(zone)
  if (!offsets) zones.set(zone, (offsets = zoneOffsets(zone)))
  return offsets
}

function instantOf(local: bigint, zone: string, text: string): bigint {
  const offsetAt = (micros: bigint): bigint => BigInt(offsetsOf(zone)(Number(micros)).micros)
  const offsets = new Set([offsetAt(local - dayMicros), offsetAt(local + dayMicros)])
  const instants = [...offsets].map((offset) => local - offset).filter((one) => offsetAt(one) === local - one)
  const [first, second] = instants
  if (first === undefined) return unreadable('timestamp with time zone', text)
  if (second === undefined) return first
  throw sqlError('WEIR-6005', `Trino answers ${text}, which comes twice in that zone`, {
    sqlstate: '22008',
    hint: "Ask for it AT TIME ZONE 'UTC'.",
  })
}

function inRange(micros: bigint, text: string): bigint {
  if (micros >= -microsMax && micros <= microsMax) return micros
  throw sqlError('WEIR-6005', `timestamp out of range: ${text}`, { sqlstate: '22008' })
}

function unreadable(what: string, text: string): never {
  throw sqlError('WEIR-6015', `Trino's answer has a ${what} that is not read here: "${text}"`, { sqlstate: '08P01' })
}
