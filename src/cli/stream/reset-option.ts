import { readFileSync } from 'node:fs'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { parseDuration } from '../../kernel/units.ts'
import type { GivenOffset, ResetScope, ResetTarget } from '../../stream/groups/plan-reset.ts'
import type { CommandOptions, OptionDeclaration } from '../command.ts'
import { numberOption } from '../number-option.ts'
import { timeOption } from './place-option.ts'

/** As kafka-consumer-groups names them. */
export const resetOptions: readonly OptionDeclaration[] = [
  { flags: '--to-earliest', description: 'to the first record there is' },
  { flags: '--to-latest', description: 'to the end: what comes is read' },
  { flags: '--to-offset <offset>', description: 'to this offset' },
  { flags: '--to-datetime <time>', description: 'to the first record from this time on, ISO or "10 minutes ago"' },
  {
    flags: '--by-duration <duration>',
    description: 'back by so much time from now: "1 h", or PT1H as Kafka writes it',
  },
  { flags: '--shift-by <count>', description: 'on by so many records from where the group is; back with -5' },
  { flags: '--to-current', description: 'to where it is: with offsets that are gone, to the nearest there is' },
  { flags: '--from-file <file>', description: 'to offsets of a CSV file: stream,partition,offset' },
]

/** The target that was named; WEIR-2009 for none or for several. */
export function resetTarget(options: CommandOptions): ResetTarget {
  const given = resetOptions
    .map(({ flags }) => flags.split(' ')[0]!)
    .filter((flag) => options[nameOf(flag)] !== undefined)
  const [flag, ...more] = given
  if (flag === undefined || more.length > 0)
    throw new WeirError(
      'WEIR-2009',
      `a reset takes one target${flag === undefined ? '' : `, not ${given.join(' and ')}`}: ${resetOptions.map((option) => option.flags.split(' ')[0]).join(', ')}`,
    )
  return targetOf(flag, options[nameOf(flag)]!)
}

/** As commander names them. */
function nameOf(flag: string): string {
  return flag.slice(2).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function targetOf(flag: string, value: string | boolean): ResetTarget {
  switch (flag) {
    case '--to-earliest':
      return { to: 'earliest' }
    case '--to-latest':
      return { to: 'latest' }
    case '--to-current':
      return { to: 'current' }
    case '--to-offset':
      return { to: 'offset', offset: numberOption(flag, value)! }
    case '--to-datetime':
      return { to: 'time', timestampMs: timeOption(flag, value)! }
    case '--by-duration':
      return { to: 'time', timestampMs: Date.now() - durationOf(String(value)) }
    case '--shift-by':
      return { to: 'shift', by: shiftOf(String(value)) }
    default:
      return { to: 'given', offsets: offsetsIn(String(value)) }
  }
}

function shiftOf(text: string): number {
  if (/^[+-]?\d{1,15}$/.test(text)) return Number(text)
  throw new WeirError('WEIR-2009', `--shift-by takes a whole number, negative for back, not "${text}"`)
}

/** `1 h`, or ISO 8601: P1DT2H3M4S. */
function durationOf(text: string): number {
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] =
    /^P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text) ?? []
  const ms = (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
  return ms > 0 ? ms : parseDuration(text)
}

function offsetsIn(path: string): GivenOffset[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new WeirError('WEIR-2009', `${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`)
  }
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line, at) => {
      const [, topic, partition, offset] = /^"?([^",]+)"?,(\d{1,6}),(\d{1,15})$/.exec(line.trim()) ?? []
      if (topic === undefined)
        throw new WeirError(
          'WEIR-2009',
          `line ${at + 1} of ${path} is not stream,partition,offset: ${line.slice(0, 80)}`,
        )
      return { topic, partition: Number(partition), offset: Number(offset) }
    })
}

/** `orders` or `orders:0,2`. */
export function scopeOption(values: readonly string[]): ResetScope[] {
  return values.map((value) => {
    const [, topic, partitions] = /^([^:]+)(?::(\d{1,6}(?:,\d{1,6})*))?$/.exec(value) ?? []
    if (topic === undefined)
      throw new WeirError(
        'WEIR-2009',
        `--stream takes a stream, or some of its partitions as orders:0,2, not "${value}"`,
      )
    return partitions === undefined ? { topic } : { topic, partitions: partitions.split(',').map(Number) }
  })
}
