import { WeirError } from '../kernel/errors/weir-error.ts'
import { parseTime } from '../stream/reader/place.ts'

/** Milliseconds since the epoch; WEIR-7007 names the parameter. */
export function timeParameter(name: string, text: string): number {
  const time = parseTime(text, Date.now())
  if (time !== undefined) return time
  throw new WeirError('WEIR-7007', `${name} takes an ISO time or "10 minutes ago", not "${text}"`)
}
