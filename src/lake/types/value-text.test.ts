import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PartitionValue } from '../manifest/data-file.ts'
import { valueText } from './value-text.ts'

void test('a value of a bound or a partition is read as its type says', () => {
  const cases: readonly (readonly [type: string, value: PartitionValue, text: string])[] = [
    ['date', -1, '1969-12-31'],
    ['date', 1_000_000_000, '1000000000 days since 1970-01-01'],
    ['time', 1n, '00:00:00.000001'],
    ['timestamp', -1n, '1969-12-31T23:59:59.999999'],
    ['timestamptz', 1_709_164_800_000_000n, '2024-02-29T00:00:00.000000Z'],
    ['timestamp_ns', -1n, '1969-12-31T23:59:59.999999999'],
    ['decimal(9,2)', Buffer.from([0xff, 0x85]), '-1.23'],
    ['decimal(9,2)', Buffer.from([5]), '0.05'],
    ['decimal(9,0)', Buffer.from([5]), '5'],
    ['uuid', Buffer.from('f79c3e09677c4bbda479512f87f52b3f', 'hex'), 'f79c3e09-677c-4bbd-a479-512f87f52b3f'],
    ['binary', Buffer.from([0, 255]), '00ff'],
    ['long', 9_007_199_254_740_993n, '9007199254740993'],
    ['double', -0, '-0'],
    ['boolean', true, 'true'],
    ['string', 'é', 'é'],
    ['string', null, 'null'],
    ['a type of later', Buffer.from([1]), '01'],
  ]
  for (const [type, value, text] of cases) assert.equal(valueText(type, value), text, `${type} ${String(value)}`)
})
