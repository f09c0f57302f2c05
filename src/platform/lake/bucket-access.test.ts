import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bucketAccessOf } from './bucket-access.ts'

const objects = { location: 's3://acme/prod', endpoint: 'http://own', pathStyle: true }
const buckets = [
  { location: 's3://acme/raw', endpoint: 'http://raw', pathStyle: true },
  { location: 's3://acme/raw/eu', region: 'eu-central-1', pathStyle: false },
  { location: 's3://other', pathStyle: false },
]
const settings = { objects, buckets }
const refused = (location: string, isDeclared: boolean, pattern: RegExp) =>
  assert.throws(() => bucketAccessOf('x', location, settings, isDeclared), pattern)

void suite('how a crawler reaches a bucket', () => {
  void test('the longest prefix that the project names says it, of whole names', () => {
    const reach = (location: string) => bucketAccessOf('x', location, settings, false)
    assert.deepEqual(reach('s3://acme/raw'), { endpoint: 'http://raw', pathStyle: true })
    assert.deepEqual(reach('s3://acme/raw/de/x'), { endpoint: 'http://raw', pathStyle: true })
    assert.deepEqual(reach('s3://acme/raw/eu/x'), { region: 'eu-central-1', pathStyle: false })
    assert.deepEqual(reach('s3a://other/x'), { pathStyle: false })
  })

  void test('beside the tables of the project, only its file may say so', () => {
    assert.deepEqual(bucketAccessOf('x', 's3://acme/raw2', settings, true), { endpoint: 'http://own', pathStyle: true })
    refused('s3://acme/raw2', false, /only the project file may say/)
  })

  void test('tables of Weir itself are crawled by nobody, nor are buckets without a name', () => {
    for (const location of ['s3://acme/prod', 's3://acme/prod/public', 's3://acme'])
      refused(location, true, /Weir's own tables, s3:\/\/acme\/prod/)
    refused('s3://elsewhere/x', true, /buckets: \{ 's3:\/\/elsewhere': \{\} \}/)
  })
})
