import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineProject } from './define-project.ts'

void test('a size that is none, and one that is too small, are said with their key and their line', () => {
  const of = (memory: { readonly log?: string; readonly engine?: string }) => () =>
    defineProject({ name: 'sizes', resources: [], memory })
  const wrong = [
    [of({ log: 'abc' }), /project: memory\.log .*"abc" is not a size/],
    [of({ engine: 'much' }), /project: memory\.engine .*"much" is not a size/],
    [of({ engine: '1 MB' }), /project: memory\.engine .*at least 512 MB/],
  ] as const
  for (const [declare, message] of wrong)
    assert.throws(declare, (error: Error & { readonly code: string; readonly at?: string }) => {
      assert.match(error.message, message)
      assert.equal(error.code, 'WEIR-1003')
      assert.match(error.at ?? '', /settings\.test\.ts:\d+/)
      return true
    })
})
