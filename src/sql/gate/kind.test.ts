import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kindOf } from './kind.ts'
import { statementOf } from './statement.ts'

void test('what gives and takes rights is refused with where rights are declared', () => {
  for (const text of ['grant select on orders to ana', 'REVOKE all ON orders FROM ana'])
    assert.throws(() => kindOf(statementOf(text)), {
      code: 'WEIR-6001',
      message: /^(GRANT|REVOKE) is not allowed here: policies in weir\.config\.ts say who may do what$/,
    })
})
