/** The pages, in the order data flows. */
export const nouns = [
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
