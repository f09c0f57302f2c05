import { connectCatalog } from '../../lake/client/connect-catalog.ts'
import { manifestReader } from '../../lake/manifest/manifest-reader.ts'
import { commitRequest, hasLanded } from '../../sql/write/commit/commit-request.ts'
import type { CommitRequest } from '../../sql/engine-host.ts'
import { openLake } from '../lake/open-lake.ts'
import type { WriterConfig } from './child-methods.ts'
import { metricsOnDemand } from './metrics-on-demand.ts'
import { serveSupervisor } from './serve.ts'

// What SQL statements have written becomes commits here: the engine that ran them cannot write the lake. It opens no DuckDB, so
// that it is there at once and nothing that is computed elsewhere can take it down in the middle of a commit.
serveSupervisor<WriterConfig, null, null>('writer', async ({ catalogUri, catalogToken, lake }) => {
  const store = await openLake(lake, 'writer')
  const client = connectCatalog({ uri: catalogUri, ...(catalogToken === undefined ? {} : { token: catalogToken }) })
  const context = { client, store, reader: manifestReader(store) }
  return {
    ready: null,
    status: () => null,
    metrics: metricsOnDemand(),
    stop: () => Promise.resolve(),
    methods: {
      commit: async (request: CommitRequest) => (await commitRequest(request, context), null),
      hasLanded: (request: CommitRequest) => hasLanded(request, context),
    },
  }
})
