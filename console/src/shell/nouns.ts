/** The pages, in the order data flows. */
const nouns = [
  { label: 'Overview', to: '/' },
  { label: 'Streams', to: '/resources/stream' },
  { label: 'Groups', to: '/groups' },
  { label: 'Deliveries', to: '/resources/delivery' },
  { label: 'Tables', to: '/resources/table' },
  { label: 'Crawlers', to: '/resources/crawler' },
  { label: 'Views', to: '/resources/view' },
  { label: 'Secrets', to: '/resources/secret' },
  { label: 'SQL', to: '/sql' },
  { label: 'Ledger', to: '/ledger' },
  { label: 'Dead letters', to: '/dead-letters' },
  { label: 'Activity', to: '/activity' },
  { label: 'Settings', to: '/settings' },
] as const

/** Where the left column draws its rule. */
export const beforeRule: ReadonlySet<string> = new Set(['SQL', 'Ledger', 'Activity'])

/** What others than administrators may see; each shows what policies let them see of it. */
const ofEverybody: ReadonlySet<string> = new Set(['Tables', 'Views', 'SQL'])

export function nounsFor(isAdministrator: boolean): readonly (typeof nouns)[number][] {
  return isAdministrator ? nouns : nouns.filter(({ label }) => ofEverybody.has(label))
}
