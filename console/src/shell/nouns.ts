import type { KindDescription } from '../api/kinds.ts'

interface Noun {
  readonly label: string
  readonly to: string
  /** The left column draws a rule before it. */
  readonly rule?: boolean
}

/** As data flows; kinds that are not here follow. */
const flow = ['stream', 'delivery', 'table', 'crawler', 'view']
/** What others than administrators may see; each shows what policies let them see of it. */
const ofEverybody: ReadonlySet<string> = new Set(['table', 'view'])
const query: Noun = { label: 'SQL', to: '/sql', rule: true }

/** The pages, in the order data flows. A kind has its page by being one. */
export function nounsFor(kinds: readonly KindDescription[], isAdministrator: boolean): readonly Noun[] {
  const ordered = kinds.toSorted((a, b) => placeOf(a) - placeOf(b))
  if (!isAdministrator) return [...ordered.filter(({ kind }) => ofEverybody.has(kind)).map(nounOf), query]
  return [
    { label: 'Overview', to: '/' },
    ...ordered.flatMap((kind) =>
      kind.kind === 'stream' ? [nounOf(kind), { label: 'Groups', to: '/groups' }] : nounOf(kind),
    ),
    query,
    { label: 'Ledger', to: '/ledger', rule: true },
    { label: 'Dead letters', to: '/dead-letters' },
    { label: 'Activity', to: '/activity', rule: true },
    { label: 'Settings', to: '/settings' },
  ]
}

function placeOf({ kind }: KindDescription): number {
  const place = flow.indexOf(kind)
  return place < 0 ? flow.length : place
}

function nounOf(kind: KindDescription): Noun {
  return { label: titleOf(kind), to: `/resources/${kind.kind}` }
}

/** `Deliveries` */
export function titleOf({ plural }: KindDescription): string {
  return plural[0]!.toUpperCase() + plural.slice(1)
}
