const dayMicros = 86_400_000_000

/** Proleptic Gregorian date of a day number, 1970-01-01 being 0 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
function civilOf(day: number): { readonly year: number; readonly month: number; readonly day: number } {
  const z = day + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return { year, month, day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1 }
}

const twoDigits = Array.from({ length: 100 }, (_, n) => (n < 10 ? `0${n}` : String(n)))

let lastDay = NaN
let lastText = ''
let lastEra = ''

/** `2024-02-29`; years before 1 get a suffix, as PostgreSQL writes them: `0044-03-15 BC`. */
export function dateText(day: number): string {
  rememberDay(day)
  return lastText + lastEra
}

// Rows that follow each other mostly share their day.
function rememberDay(day: number): void {
  if (day === lastDay) return
  const { year, month, day: dayOfMonth } = civilOf(day)
  lastDay = day
  lastEra = year > 0 ? '' : ' BC'
  const shown = String(year > 0 ? year : 1 - year).padStart(4, '0')
  lastText = `${shown}-${twoDigits[month]}-${twoDigits[dayOfMonth]}`
}

/** `04:05:06.789`, from microseconds of a day; fraction without trailing zeros. */
export function timeText(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000)
  const fraction = micros - seconds * 1_000_000
  const minutes = Math.floor(seconds / 60)
  const clock = `${twoDigits[Math.floor(minutes / 60)]}:${twoDigits[minutes % 60]}:${twoDigits[seconds % 60]}`
  return fraction === 0 ? clock : `${clock}.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`
}

/**
 * `2024-02-29 04:05:06.789` from microseconds since 1970, with what follows the time (`+00`) before the era. Beyond the year
 * 2255 microseconds are no exact number: they come as bigint.
 */
export function timestampText(micros: number | bigint, suffix: string): string {
  const exact = typeof micros === 'number' ? micros : Number.MAX_SAFE_INTEGER + 1
  const day = Number.isSafeInteger(exact) ? Math.floor(exact / dayMicros) : dayOf(BigInt(micros))
  rememberDay(day)
  const time = Number.isSafeInteger(exact)
    ? exact - day * dayMicros
    : Number(BigInt(micros) - BigInt(day) * bigDayMicros)
  return `${lastText} ${timeText(time)}${suffix}${lastEra}`
}

const bigDayMicros = BigInt(dayMicros)

function dayOf(micros: bigint): number {
  const day = micros / bigDayMicros
  return Number(micros % bigDayMicros < 0n ? day - 1n : day)
}
