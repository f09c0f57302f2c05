import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { liesUnder } from './location.ts'

const cases: readonly (readonly [root: string, location: string, lies: boolean])[] = [
  ['s3://lake/prod', 's3://lake/prod/t/data/0.parquet', true],
  ['s3://lake/prod', 's3a://lake/prod/t/data/0.parquet', true],
  ['s3://lake/prod/', 's3://lake/prod/t', true],
  ['s3://lake', 's3://lake/t', true],
  ['s3://lake/prod', 's3://lake/production/t', false],
  ['s3://lake/prod', 's3://lake-2/prod/t', false],
  ['s3://lake/prod', 'file:///lake/prod/t', false],
  ['file:///data/lake', 'file:/data/lake/t', true],
  ['file:///data/lake', '/data/lake/t', true],
  ['file:///data/lake', 'file:///data/lakes/t', false],
]

void suite('locations under a root', () => {
  for (const [root, location, lies] of cases)
    void test(`${location} ${lies ? 'lies' : 'does not lie'} under ${root}`, () =>
      assert.equal(liesUnder(root, location), lies))
})
