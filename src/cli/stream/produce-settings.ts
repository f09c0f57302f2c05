import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Acks } from '../../stream/client/acks.ts'
import type { Compression } from '../../stream/protocol/records/batch-header.ts'
import type { CommandCall } from '../command.ts'
import type { HeaderUse } from '../csv-records.ts'
import { numberOption } from '../number-option.ts'
import type { RecordDefaults } from './outgoing-lines.ts'
import { timeOption } from './place-option.ts'

const acknowledgements = { all: 'all', 1: 'leader', 0: 'none' } as const
export const compressions = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const satisfies readonly Compression[]

export interface ProduceSettings {
  readonly defaults: RecordDefaults
  readonly separator: string | undefined
  readonly nullMarker: string | undefined
  readonly format: 'lines' | 'json'
  readonly keepPartitions: boolean
  readonly csvHeader: HeaderUse | undefined
  readonly acks: Acks
  readonly compression: Compression
}

/** WEIR-2009 for what is no option's value, and for what does not go together. */
export function produceSettings({ options, lists }: CommandCall): ProduceSettings {
  const { keySeparator, nullMarker, key } = options
  const acks = oneOf('--acks', options['acks'] ?? 'all', ['all', '1', '0'] as const)
  const settings: ProduceSettings = {
    defaults: {
      key: typeof key === 'string' ? key : null,
      partition: numberOption('--partition', options['partition']),
      timestampMs: timeOption('--timestamp', options['timestamp']),
      headers: (lists['header'] ?? []).map(headerOf),
    },
    separator: typeof keySeparator === 'string' ? keySeparator.replaceAll(String.raw`\t`, '\t') : undefined,
    nullMarker: typeof nullMarker === 'string' ? nullMarker : undefined,
    format: oneOf('--format', options['format'] ?? 'lines', ['lines', 'json'] as const),
    keepPartitions: options['keepPartitions'] === true,
    csvHeader:
      options['csvHeader'] === undefined
        ? undefined
        : oneOf('--csv-header', options['csvHeader'], ['send', 'skip'] as const),
    acks: acknowledgements[acks],
    compression: oneOf('--compression', options['compression'] ?? 'none', compressions),
  }
  const forms = [settings.separator, settings.csvHeader, settings.format === 'json' || undefined]
  if (forms.filter((form) => form !== undefined).length > 1)
    throw new WeirError('WEIR-2009', 'lines have one form: --key-separator, --csv-header or --format json, not several')
  if (settings.keepPartitions && settings.format !== 'json')
    throw new WeirError('WEIR-2009', '--keep-partitions is for --format json: other lines name no partition')
  if (settings.separator === '') throw new WeirError('WEIR-2009', '--key-separator takes a text, not an empty one')
  return settings
}

function oneOf<Name extends string>(flag: string, value: string | boolean, known: readonly Name[]): Name {
  const found = known.find((name) => name === value)
  if (found !== undefined) return found
  throw new WeirError('WEIR-2009', `${flag} takes ${known.join(', ')}, not "${String(value)}"`)
}

function headerOf(text: string): { readonly key: string; readonly value: Buffer } {
  const at = text.indexOf('=')
  if (at < 1)
    throw new WeirError(
      'WEIR-2009',
      `--header takes name=value, not "${text}"${text === 'send' || text === 'skip' ? `. For the first line of a CSV it is --csv-header ${text}` : ''}`,
    )
  return { key: text.slice(0, at), value: Buffer.from(text.slice(at + 1)) }
}

/** Whether nothing is said of every record. */
export function hasNoDefaults({ key, partition, timestampMs, headers }: RecordDefaults): boolean {
  return key === null && partition === undefined && timestampMs === undefined && headers.length === 0
}
