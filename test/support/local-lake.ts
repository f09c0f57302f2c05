import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/kernel/clock.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import type { Files } from '../../src/kernel/files/files.ts'
import { openAvroCopies } from '../../src/lake/avro-rows/avro-copies.ts'
import { createCatalog } from '../../src/lake/catalog/create-catalog.ts'
import type { Catalog, CatalogOptions } from '../../src/lake/catalog/catalog.ts'
import type { PointerStore } from '../../src/lake/catalog/pointer-store.ts'
import type { CatalogClient } from '../../src/lake/client/catalog-client.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import type { ObjectStore } from '../../src/storage/objects/object-store.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'
import { memoryPointers } from './memory-pointers.ts'

/** A lake in a temporary folder: real files, the real catalog and client, no HTTP between them. */
export interface LocalLake {
  readonly folder: string
  readonly store: ObjectStore
  readonly catalog: Catalog
  readonly client: CatalogClient
  [Symbol.asyncDispose](): Promise<void>
}

export async function openLocalLake(
  options: { readonly files?: Files; readonly pointers?: PointerStore } & Pick<
    CatalogOptions,
    'now' | 'clientSettings' | 'credential' | 'onCheckpointDue'
  > = {},
): Promise<LocalLake> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-lake-'))
  const root = `file://${folder}`
  const plain = openObjectStore({ roots: [root], files: options.files ?? nodeFiles })
  const rowCopies = openAvroCopies({
    folder: join(folder, 'row-copies'),
    bytesMax: 1 << 30,
    files: nodeFiles,
    clock: systemClock,
    store: plain,
  })
  const store = { ...plain, rowCopies }
  const { files: _, pointers = memoryPointers(), ...settings } = options
  const catalog = createCatalog({ pointers, objects: store, warehouse: `${root}/lake`, ...settings })
  return {
    folder,
    store,
    catalog,
    client: connectCatalog({ uri: 'http://catalog', fetch: fetchFrom(catalog) }),
    // A worker of it may still be writing.
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

/** A `fetch` that asks this catalog. */
export function fetchFrom(catalog: Catalog): (url: string, init: RequestInit) => Promise<Response> {
  return async (text, init) => {
    const url = new URL(text)
    const { status, headers, body } = await catalog.handle({
      method: init.method ?? 'GET',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(new Headers(init.headers)),
      body: typeof init.body === 'string' ? init.body : '',
    })
    return new Response(status === 204 || status === 304 ? null : body, { status, headers })
  }
}
