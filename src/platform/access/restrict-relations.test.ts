import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Policy } from '../../access/policy.ts'
import { parseTablePattern } from '../../access/table-pattern.ts'
import { restrictRelations } from './restrict-relations.ts'

const ana = { kind: 'user', name: 'ana', groups: [] } as const

void suite('what a session may do with relations', () => {
  void test('a column that is not under the name of its mask any more may be the key: nothing is read, and no row added', () => {
    const policy: Policy = {
      name: 'p',
      principals: ['user:ana'],
      allow: ['table:read', 'table:write'],
      deny: [],
      on: [parseTablePattern('public.people')!],
      mask: ['ssn'],
    }
    const columns = [{ name: 'renamed', type: 'string', required: true }]
    const rightsWith = (key?: readonly string[]) => {
      const table = { schema: 'public', name: 'people', columns, ...(key ? { key } : {}) }
      return restrictRelations({ version: 1, tables: [table], views: [], policies: [policy] }, ana).tables[0]!.rights!
    }
    assert.match(rightsWith(['renamed']).write!, /"ssn" is masked, and there is none/)
    assert.match(rightsWith(['renamed']).read!, /"ssn" is masked, and there is none/)
    assert.equal(rightsWith().write, null)
  })
})
