import type { CommandOptions, OptionDeclaration } from '../command.ts'

/** What every list of a table's parts takes. */
export function pageOptions(orders: string, first: string): readonly OptionDeclaration[] {
  return [
    { flags: '--at <moment>', description: 'a snapshot, a branch or tag, or a time', default: 'the current one' },
    { flags: '--order <by>', description: `${orders}; the largest first`, default: first },
    { flags: '--limit <count>', description: 'as many at most, up to 1000', default: '100' },
    { flags: '--cursor <cursor>', description: 'what the page before gave as its next' },
  ]
}

/** The options that were given, by the names that the API has for them. */
export function listQuery(options: CommandOptions, names: readonly string[]): string {
  const given = names.flatMap((name) => {
    const value = options[name]
    return typeof value === 'string' ? [[name, value] as const] : []
  })
  return new URLSearchParams(Object.fromEntries(given)).toString()
}

export function moreText(next: string | null): readonly string[] {
  return next === null ? [] : ['', `There are more: --cursor ${next}`]
}
