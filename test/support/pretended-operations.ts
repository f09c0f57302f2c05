import { WeirError } from '../../src/kernel/errors/weir-error.ts'
import type { Operations } from '../../src/platform/operations.ts'

/** Answers that are easy to recognize, for tests of what lies above. */
export function pretendOperations(): Operations {
  return {
    ledger: { hops: async () => [] },
    verifier: { verify: async (delivery) => ({ delivery, verdict: 'yes', detail: 'no gap', seconds: 0 }) },
    letters: {
      list: async () => ({ items: [], total: 0, next: null }),
      replay: async () => ({ replayed: 0, stillRejected: 0 }),
      resume: async () => undefined,
      flush: async () => ({ snapshotId: null }),
    },
    streams: {
      figures: async () => new Map(),
      names: async () => [],
      describe: refuse,
      partitions: async () => [],
      configs: async () => [],
      configure: async () => undefined,
      subjects: async () => [],
      acls: async () => null,
    },
    records: {
      page: async () => ({ items: [], next: null, troubles: [] }),
      async *search() {
        yield { kind: 'end', reason: 'all searched', next: null }
      },
      one: refuse,
      bytes: async () => null,
      produce: async (_stream, records) => ({ produced: records.length, batches: [] }),
    },
    groups: {
      page: async () => ({ items: [], next: null, total: 0 }),
      describe: refuse,
      history: async () => null,
      reset: refuse,
      delete: async () => 0,
      deleteOffsets: async () => 0,
    },
    sql: {
      query: async () => ({
        columns: [{ name: 'n', type: 'int8' }],
        batches: threeRows(),
        notices: [],
        engine: 'DuckDB',
      }),
    },
    tables: {
      history: async () => ({ items: [], refs: [] }),
      diff: refuse,
      planRollback: refuse,
      rollBack: refuse,
      createRef: refuse,
      dropRef: refuse,
      describe: refuse,
      schemas: refuse,
      clients: refuse,
    },
    inspection: { files: refuse, file: refuse, partitions: refuse },
    maintenance: {
      hold: async () => () => undefined,
      run: refuse,
      turns: async () => [],
      history: async () => ({ items: [], next: null }),
      plan: refuse,
    },
    crawlers: { crawl: refuse, files: async () => ({ items: [], total: 0 }) },
    process: {
      status: async () => ({
        endpoints: null,
        processes: [],
        disk: null,
        copies: [],
        warnings: [],
        counted: [],
        rates: {},
        maintenance: [],
      }),
      ready: async () => ({ ready: true, reasons: [] }),
      metrics: async () => ({ contentType: 'text/plain', text: '# EOF\n' }),
      onRates: () => () => undefined,
    },
  }
}

async function* threeRows(): AsyncIterable<readonly (readonly unknown[])[]> {
  yield [[1n], [2n]]
  yield [[9_007_199_254_740_993n]]
}

async function refuse(): Promise<never> {
  throw new WeirError('WEIR-2011', 'there is no stream here')
}
