import { sqlError } from '../sql-error.ts'

/** The types for which texts are read here; precisions count for nothing. */
export type DateTimeType = 'date' | 'timestamp' | 'timestamptz'

const written =
  /^\s*(\d{4})(-?)(\d{1,2})\2(\d{1,2})(?:(?:\s+|\s*T)(\d{1,2}):?(\d{2})(?::?(\d{2})(?:\.(\d*))?)?\s*(z|[-+]\d{1,2}(?::?\d{2}(?::?\d{2})?)?|[a-z][\w/+-]*)?)?\s*$/i

/**
 * The text of a moment as DuckDB reads it: `2024-01-01 10:00+02` has its seconds, `20240101` its hyphens, a space before an offset goes, and what
 * is beyond a microsecond is rounded, as in PostgreSQL. Zones count for `timestamptz` alone. The same text where it is none of that;
 * SQLSTATE 22009 for an offset that no place has.
 */
export function dateTimeText(text: string, type: DateTimeType): string {
  const [, year, hyphen, month, day, hour, minute, second = '00', fraction = '', zone = ''] = written.exec(text) ?? []
  if (year === undefined || month === undefined || day === undefined) return text
  if (hyphen === '' && month.length + day.length < 4) return text
  const isTime = Number(hour ?? 0) <= 24 && Number(minute ?? 0) < 60 && Number(second) <= 60
  // DuckDB refuses it.
  if (!isDay(Number(year), Number(month), Number(day)) || !isTime) return text
  if (Number(/^[-+](\d{1,2})/.exec(zone)?.[1] ?? 0) > offsetHoursMax)
    throw sqlError('WEIR-6005', `time zone displacement out of range: "${text}"`, { sqlstate: '22009' })
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  if (hour === undefined || type === 'date') return date
  const time = rounded(`${date} ${hour.padStart(2, '0')}:${minute}:${second}`, fraction)
  if (type === 'timestamp') return time
  return /^[a-y]/i.test(zone) ? `${time} ${zone}` : `${time}${zone}`
}

/** Of PostgreSQL. */
const offsetHoursMax = 15

function isDay(year: number, month: number, day: number): boolean {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  return day >= 1 && day <= (days[month - 1] ?? 0)
}

const microDigits = 6

/** As PostgreSQL rounds a fraction, which it reads as a double: halves to the even microsecond. */
function rounded(time: string, fraction: string): string {
  if (fraction.length <= microDigits) return fraction === '' ? time : `${time}.${fraction}`
  const micros = evenly(Number(`0.${fraction}`) * 1e6)
  if (micros < 1e6) return `${time}.${String(micros).padStart(microDigits, '0')}`
  const next = new Date(Date.parse(`${time.replace(' ', 'T')}Z`) + 1000)
  return Number.isNaN(next.getTime()) ? time : next.toISOString().slice(0, 19).replace('T', ' ')
}

function evenly(value: number): number {
  const down = Math.floor(value)
  const rest = value - down
  if (rest !== 0.5) return Math.round(value)
  return down % 2 === 0 ? down : down + 1
}

/** Texts that mean a time of their own, as SQL. `now` and `today` are those of the statement. */
export const dateTimeWords: ReadonlyMap<string, string> = new Map([
  ['now', 'now()'],
  ['today', 'current_date'],
  ['tomorrow', '(current_date + 1)'],
  ['yesterday', '(current_date - 1)'],
])
