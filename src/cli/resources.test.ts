import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kinds } from '../platform/kinds/registry.ts'
import { kindNamed } from './resources.ts'

void test('the commands know every kind there is, by one and by many', () => {
  for (const { kind, plural } of kinds) assert.deepEqual([kindNamed(kind), kindNamed(plural)], [kind, kind])
  assert.throws(() => kindNamed('policie'), /Did you mean policy\? Kinds: .*policy/)
})
