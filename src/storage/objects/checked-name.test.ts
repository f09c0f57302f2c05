import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { asNamed, checkedLocation } from './checked-name.ts'

const folder = 'file:///lake/public/t/metadata'
const bytes = Buffer.from('{"location":"file:///lake/public/t"}')
const nameOf = (id: string): string => `00004-${id}.metadata.json`

void test('INV-O16: a name tells the bytes that were stored under it from any others: each byte changed, some gone, some more', () => {
  const location = checkedLocation(folder, bytes, nameOf)
  assert.equal(asNamed(location, bytes), bytes)
  const others = [bytes.subarray(1), bytes.subarray(0, -1), Buffer.alloc(0), Buffer.concat([bytes, Buffer.from('\n')])]
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes)
    changed[at]! ^= 1 << (at % 8)
    others.push(changed)
  }
  for (const other of others)
    assert.throws(
      () => asNamed(location, other),
      (error: WeirError) => error.code === 'WEIR-8007' && error.message.includes(`${location} does not hold`),
    )
})

void test('INV-O16: names are UUIDs of version 8, new for each object, and say nothing in another folder nor where others made them', () => {
  const [one, other] = [checkedLocation(folder, bytes, nameOf), checkedLocation(`${folder}/`, bytes, nameOf)]
  const name =
    /^file:\/\/\/lake\/public\/t\/metadata\/00004-[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.metadata\.json$/
  for (const location of [one, other]) assert.match(location, name)
  assert.notEqual(one, other)
  const moved = one.replace('/public/', '/moved/')
  assert.equal(asNamed(one.replace('.metadata', '-changed.metadata'), bytes.subarray(1)).length, bytes.length - 1)
  for (const location of [
    moved,
    `${folder}/snap-1-1-0c8a0f2e-7a0f-4b4f-9b62-8f0c3c1d2e4f.avro`,
    `${folder}/plain.json`,
  ])
    assert.equal(asNamed(location, bytes.subarray(1)).length, bytes.length - 1)
})
