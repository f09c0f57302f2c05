import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { wasmModules } from '../tools/wasm.ts'

void test('WebAssembly is what its text says', async () => {
  for (const [path, text] of await wasmModules())
    assert.equal(readFileSync(path, 'utf8'), text, `${path} is not current: node tools/wasm.ts`)
})
