import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apis } from '../../../protocol/registry.ts'
import { servedVersions } from '../../../protocol/versions.ts'
import { guards, unguarded } from './guard-table.ts'

void test('each API that is served, and each that the protocol table knows, has a guard or may be asked by anybody', () => {
  const open = [...servedVersions.keys(), ...apis.map(({ key }) => key)]
  assert.deepEqual(
    open.filter((key) => !guards.has(key) && !unguarded.has(key)),
    [],
  )
  assert.deepEqual(
    [...unguarded].filter((key) => guards.has(key)),
    [],
  )
})
