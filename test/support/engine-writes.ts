import { manifestReader } from '../../src/lake/manifest/manifest-reader.ts'
import { createTableService } from '../../src/platform/supervisor/services/table-service.ts'
import { tableDefinitions } from '../../src/platform/supervisor/services/table-definitions.ts'
import { turnLines } from '../../src/platform/supervisor/turn-lines.ts'
import type { WriteHost } from '../../src/sql/engine-host.ts'
import { commitRequest } from '../../src/sql/write/commit/commit-request.ts'
import type { LocalLake } from './local-lake.ts'

const refuse = (): Promise<never> => Promise.reject(new Error('this test writes nothing'))

/** For engines of which no statement writes. */
export const noWrites: WriteHost = {
  flush: async () => null,
  commit: refuse,
  turn: refuse,
  endTurn: refuse,
  define: refuse,
  stage: refuse,
}

/** Commits to the catalog of the lake, as the writer's process does; the project declares nothing. */
export function writesTo({ client, store }: Pick<LocalLake, 'client' | 'store'>): WriteHost {
  const context = { client, store, reader: manifestReader(store) }
  const nothing = async (): Promise<void> => undefined
  const tables = createTableService(client, { begin: nothing, end: nothing } as never)
  const control = { list: async () => ({ items: [], next: null }), record: nothing }
  const turns = turnLines()
  return {
    flush: async () => null,
    turn: (request) => turns.take(request),
    endTurn: async (turn) => turns.end(turn),
    commit: async (request) => (await commitRequest(request, context), null),
    ...tableDefinitions({ catalog: client, tables, catalogIsOwn: true }, control),
  }
}
