import { WeirError } from '../../kernel/errors/weir-error.ts'
import { parsePlace, parseTime, placeForms, type Place } from '../../stream/reader/place.ts'

/** WEIR-2009 names the option and says what it takes. */
export function placeOption(flag: string, value: string | boolean | undefined): Place | undefined {
  if (value === undefined) return undefined
  const place = typeof value === 'string' ? parsePlace(value, Date.now()) : undefined
  if (place !== undefined) return place
  throw new WeirError('WEIR-2009', `${flag} takes ${placeForms}, not "${String(value)}"`)
}

/** Milliseconds since the epoch. */
export function timeOption(flag: string, value: string | boolean | undefined): number | undefined {
  if (value === undefined) return undefined
  const time = typeof value === 'string' ? parseTime(value, Date.now()) : undefined
  if (time !== undefined) return time
  throw new WeirError(
    'WEIR-2009',
    `${flag} takes an ISO time, "10 minutes ago" or @ with milliseconds since 1970, not "${String(value)}"`,
  )
}
