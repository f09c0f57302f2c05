import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { openDataDirectory } from './data-directory.ts'

void test('a start removes the tails of epochs before it, and nothing of the lake and the log', async () => {
  const root = mkdtempSync(join(tmpdir(), 'weir-places-'))
  try {
    const tails = ['tail/load/7/0.parquet', 'tail/load/8/0.parquet', 'tail/gone-delivery/1/0.parquet']
    const kept = ['lake/public/orders/data/0.parquet', 'log/orders-0/0.log']
    for (const path of [...tails, ...kept]) {
      mkdirSync(join(root, path, '..'), { recursive: true })
      writeFileSync(join(root, path), 'rows')
    }
    const places = await openDataDirectory(root, nodeFiles)
    try {
      for (const path of [...tails, 'tail/load', 'tail/gone-delivery'])
        assert.ok(!existsSync(join(root, path)), `${path} is still there`)
      for (const path of kept) assert.ok(existsSync(join(root, path)), `${path} is gone`)
      assert.ok(existsSync(places.tail))
    } finally {
      places.release()
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})
