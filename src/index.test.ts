import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import * as weir from './index.ts'

// What a project imports is a promise: a change here is a change for users, and belongs in CHANGELOG.md.
void test('the public API is what it was', () => {
  assert.deepEqual(Object.keys(weir).toSorted(), [
    'crawler',
    'defineProject',
    'delivery',
    'group',
    'policy',
    'secret',
    'stream',
    'table',
    'user',
    'view',
  ])
  const types = [
    ...readFileSync(new URL('index.ts', import.meta.url), 'utf8').matchAll(/(?:export type |type )(\w+)[ ,=}]/g),
  ]
  const names = new Set(
    types.map(([, name]) => name!).filter((name) => /^(?:[A-Z]\w*Options|Declaration|ProjectDeclaration)$/.test(name)),
  )
  assert.deepEqual([...names].toSorted(), [
    'CrawlerOptions',
    'Declaration',
    'DeliveryOptions',
    'PolicyOptions',
    'ProjectDeclaration',
    'ProjectOptions',
    'SecretOptions',
    'StreamOptions',
    'TableOptions',
    'ViewOptions',
  ])
})
