import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { openMetadata } from '../../storage/metadata/metadata.ts'
import { prepareLake } from './prepare-lake.ts'

/** A catalog with one table, whose metadata file is there. */
async function withTable(
  to: string | undefined,
  check: (prepare: (warehouse: string) => Promise<unknown>, root: string) => Promise<void>,
) {
  const root = mkdtempSync(join(tmpdir(), 'weir-place-'))
  const metadata = await openMetadata(':memory:')
  try {
    await metadata.pointers.createNamespace(['shop', 'eu'], {})
    const table = { namespace: ['shop', 'eu'], name: 'orders' }
    if (to !== undefined) await metadata.pointers.swap([{ table, from: null, to }])
    const options = { root, pointers: metadata.pointers, files: nodeFiles }
    await check(
      (warehouse) => prepareLake({ warehouse, copies: { cacheDirectory: join(root, 'cache') } }, options),
      root,
    )
  } finally {
    await metadata.close()
    rmSync(root, { recursive: true })
  }
}

void suite('where the tables of a data directory lie', () => {
  void test('is noted, for a backup and the next start', () =>
    withTable(undefined, async (prepare, root) => {
      await prepare(`file://${root}/lake`)
      assert.deepEqual(JSON.parse(readFileSync(join(root, 'lake.json'), 'utf8')), { in: 'directory' })
    }))

  void test('tables that lie in a bucket are not lost to a project that names none', () =>
    withTable('s3://lake/prod/shop.eu/orders/metadata/00000-x.metadata.json', (prepare, root) =>
      assert.rejects(prepare(`file://${root}/lake`), {
        code: 'WEIR-2023',
        message: /do not lie in file:.*shop\.eu\.orders \(s3:\/\/lake\/prod.*--env.*dataDirectory/,
      }),
    ))

  void test('tables of the same folder are where they were', () =>
    withTable('file:/elsewhere/lake/shop.eu/orders/metadata/00000-x.metadata.json', async (prepare, root) => {
      assert.deepEqual(await prepare(`file://${root}/lake`), [])
    }))
})
