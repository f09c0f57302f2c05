import { manifestReader } from '../../src/lake/manifest/manifest-reader.ts'
import type { EngineHost } from '../../src/sql/engine-host.ts'
import { commitRequest } from '../../src/sql/write/commit/commit-request.ts'
import type { LocalLake } from './local-lake.ts'

export type WriteHost = Pick<EngineHost, 'flush' | 'commit'>

/** For engines of which no statement writes. */
export const noWrites: WriteHost = {
  flush: async () => null,
  commit: () => Promise.reject(new Error('this test writes nothing')),
}

/** Commits to the catalog of the lake, as the writer's process does. */
export function writesTo(lake: Pick<LocalLake, 'client' | 'store'>): WriteHost {
  const context = { client: lake.client, store: lake.store, reader: manifestReader(lake.store) }
  return {
    flush: async () => null,
    commit: async (request) => (await commitRequest(request, context), null),
  }
}
