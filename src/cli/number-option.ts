import { WeirError } from '../kernel/errors/weir-error.ts'

/** A whole number from an option; WEIR-2009 names the option. */
export function numberOption(flag: string, value: string | boolean | undefined): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string' && /^\d+$/.test(value)) return Number(value)
  throw new WeirError('WEIR-2009', `${flag} takes a whole number, not "${String(value)}"`)
}

/** As `numberOption`, from 1 on: a command that shows nothing is not what was meant. */
export function countOption(flag: string, value: string | boolean | undefined): number | undefined {
  const count = numberOption(flag, value)
  if (count !== 0) return count
  throw new WeirError('WEIR-2009', `${flag} takes a whole number from 1 on, not 0`)
}

/** As `numberOption`, up to 65535; 0 takes any port. */
export function portOption(flag: string, value: string | boolean | undefined): number | undefined {
  const port = numberOption(flag, value)
  if (port === undefined || port <= 65_535) return port
  throw new WeirError('WEIR-2009', `${flag} takes a port, 0 to 65535, not ${port}`)
}
