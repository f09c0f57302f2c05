/** What `weir init` writes, by file name. */
export function projectFiles({ name, version }: { name: string; version: string }): Readonly<Record<string, string>> {
  return {
    'weir.config.ts': config(name),
    'package.json': manifest(name, version),
    'tsconfig.json': tsconfig,
    '.gitignore': 'node_modules/\n.weir/\n',
    'events.ndjson': sampleEvents(),
  }
}

function config(name: string): string {
  return `import { defineProject, delivery, stream, table, view } from 'weir-data'

// Records come in here, from any Kafka client or by: npx weir-data produce events < events.ndjson
const events = stream('events', { partitions: 4, retention: '7 days', value: 'json' })

// They end up here: an Iceberg table that SQL and other engines read. Types have Iceberg's names.
const eventsTable = table('events', {
  columns: {
    id: 'long',
    kind: 'string',
    amount: 'decimal(12,2)',
    at: 'timestamptz',
  },
  partitionBy: ['day(at)'],
})

// What carries them. A record that does not fit the table goes to the dead letters, with the reason: npx weir-data dead-letters
const load = delivery('events-to-lake', { from: events, to: eventsTable, onNewField: 'add column' })

const byKind = view('events_by_kind', {
  sql: 'select kind, count(*) as events, sum(amount) as amount from events group by kind order by kind',
})

export default defineProject({
  name: '${name}',
  // A topic that a Kafka client names is created, with four partitions, unless this says otherwise.
  autoCreateTopics: true,
  defaultPartitions: 4,
  resources: [events, eventsTable, load, byKind],
})
`
}

function manifest(name: string, version: string): string {
  const content = {
    name,
    private: true,
    type: 'module',
    scripts: { start: 'weir up', dev: 'weir dev' },
    dependencies: { 'weir-data': `^${version}` },
    engines: { node: '>=24.6' },
  }
  return `${JSON.stringify(content, null, 2)}\n`
}

const tsconfig = `${JSON.stringify(
  {
    compilerOptions: {
      target: 'es2024',
      module: 'nodenext',
      strict: true,
      erasableSyntaxOnly: true,
      verbatimModuleSyntax: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      noEmit: true,
    },
    include: ['*.ts'],
  },
  null,
  2,
)}\n`

function sampleEvents(): string {
  const kinds = ['order', 'refund', 'order', 'visit']
  return Array.from({ length: 12 }, (_, at) =>
    JSON.stringify({
      id: at + 1,
      kind: kinds[at % kinds.length],
      amount: (at * 7.25).toFixed(2),
      at: new Date(Date.UTC(2026, 0, 1 + (at % 3), 9, at)).toISOString(),
    }).replace(/"amount":"([^"]+)"/, '"amount":$1'),
  )
    .map((line) => `${line}\n`)
    .join('')
}
