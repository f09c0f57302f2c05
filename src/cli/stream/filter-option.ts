import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { RecordFilter } from '../../stream/reader/record-filter.ts'
import type { CommandCall, OptionDeclaration } from '../command.ts'

/** Which records are wanted: all that is said has to hold. The console's search has the same. */
export const filterOptions: readonly OptionDeclaration[] = [
  { flags: '--key <text>', description: 'only records with this key' },
  { flags: '--key-has <text>', description: 'only records with this text in the key' },
  { flags: '--grep <text>', description: 'only records with this text in the value' },
  { flags: '--has <text>', description: 'only records with this text in the key or in the value' },
  { flags: '--with-header <name[=value]>', description: 'only records with this header' },
]

export function filterOption({ options }: CommandCall): RecordFilter {
  const text = (name: string): string | undefined => (typeof options[name] === 'string' ? options[name] : undefined)
  for (const [name, flag] of [
    ['withHeader', '--with-header'],
    ['keyHas', '--key-has'],
    ['grep', '--grep'],
    ['has', '--has'],
  ] as const)
    if (text(name) === '')
      throw new WeirError('WEIR-2009', `${flag} takes a text, not an empty one: every record has that`)
  return {
    key: text('key'),
    keyHas: text('keyHas'),
    valueHas: text('grep'),
    has: text('has'),
    header: text('withHeader'),
  }
}
