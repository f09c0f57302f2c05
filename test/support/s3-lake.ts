import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCatalog } from '../../src/lake/catalog/create-catalog.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { fetchFrom, type LocalLake } from './local-lake.ts'
import { memoryPointers } from './memory-pointers.ts'
import { openS3Store } from './s3-store.ts'

/** A lake in the S3 server of the environment, as `openLocalLake` opens one in a folder; `folder` is for what is local of it. */
export async function openS3Lake(): Promise<LocalLake> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-s3-lake-'))
  const remote = await openS3Store()
  const catalog = createCatalog({ pointers: memoryPointers(), objects: remote.store, warehouse: remote.root })
  return {
    folder,
    store: remote.store,
    catalog,
    client: connectCatalog({ uri: 'http://catalog', fetch: fetchFrom(catalog) }),
    async [Symbol.asyncDispose]() {
      await remote[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
