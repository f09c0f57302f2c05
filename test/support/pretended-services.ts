import type {
  DeliveryRunPlan,
  LoadedTable,
  ReconcileServices,
  StreamPlan,
} from '../../src/platform/kinds/reconcile-services.ts'

/** The running parts, in memory: what the control plane asked of them is there to look at, and they can be told to fail. */
export interface PretendedServices extends ReconcileServices {
  readonly topics: Map<string, StreamPlan>
  readonly lake: Map<string, LoadedTable>
  readonly running: Map<string, DeliveryRunPlan>
  /** Calls in order: `ensure orders`. */
  readonly calls: string[]
  /** By call: what it throws, each time while it is set. */
  readonly failing: Map<string, Error>
  /** Reasons of halted deliveries. */
  readonly halted: Map<string, string>
  readonly checkedViews: string[]
}

export function pretendServices(): PretendedServices {
  const [topics, lake, running] = [
    new Map<string, StreamPlan>(),
    new Map<string, LoadedTable>(),
    new Map<string, DeliveryRunPlan>(),
  ]
  const [failing, halted] = [new Map<string, Error>(), new Map<string, string>()]
  const [calls, checkedViews]: [string[], string[]] = [[], []]
  const call = async (name: string, work: () => void): Promise<void> => {
    calls.push(name)
    const error = failing.get(name)
    if (error) throw error
    work()
  }
  return {
    topics,
    lake,
    running,
    calls,
    failing,
    halted,
    checkedViews,
    streams: {
      check() {},
      ensure: (plan) => call(`ensure ${plan.name}`, () => topics.set(plan.name, plan)),
      remove: (name) => call(`remove ${name}`, () => topics.delete(name)),
      list: async () => [...topics.values()].map(({ name, partitions }) => ({ name, partitions })),
      state: async (name) => (topics.has(name) ? 'well' : 'gone'),
      describe: async (name) =>
        topics.has(name) ? { name, topicId: 'id', partitions: [{ partition: 0, start: '2', end: '5' }] } : undefined,
    },
    tables: {
      create: ({ namespace, name, columns, key, format, properties }) =>
        call(`create ${name}`, () =>
          lake.set(name, {
            namespace,
            name,
            columns,
            key,
            format,
            properties,
            metadataLocation: 'm',
            rows: null,
            bytes: null,
            files: null,
            snapshotId: null,
          }),
        ),
      alter: ({ name }, change) =>
        call(`alter ${name}`, () => {
          const before = lake.get(name)!
          const changed = new Map(change.changeColumns.map((column) => [column.name, column]))
          const kept = before.columns
            .filter((column) => !change.dropColumns.includes(column.name))
            .map((column) => changed.get(column.name) ?? column)
          lake.set(name, {
            ...before,
            columns: [...kept, ...change.addColumns],
            properties: { ...before.properties, ...change.setProperties },
          })
        }),
      drop: async ({ name }) => {
        const was = lake.has(name)
        await call(`drop ${name}`, () => lake.delete(name))
        return was ? 'dropped' : 'absent'
      },
      load: async ({ name }) => lake.get(name),
      exists: async ({ name }) => lake.has(name),
    },
    deliveries: {
      ensure: (plan) => call(`run ${plan.name}`, () => running.set(plan.name, plan)),
      stop: (name) => call(`stop ${name}`, () => running.delete(name)),
      status: async (name) => {
        const reason = halted.get(name) ?? null
        return { state: reason === null ? 'running' : 'halted', reason, question: null, workers: [] }
      },
    },
    views: {
      check: async ({ name, relations }) => {
        checkedViews.push(`${name} of ${relations.tables.map((table) => table.name).join()}`)
        const error = failing.get(`check ${name}`)
        if (error) throw error
        return []
      },
    },
    secrets: { read: async () => 'value' },
    principals: { isKnown: () => true },
    crawls: {
      checkBucket: () => undefined,
      prepare: (crawler) => call(`prepare ${crawler}`, () => undefined),
      forget: (crawler) => call(`forget ${crawler}`, () => undefined),
      find: async () => undefined,
    },
  }
}
