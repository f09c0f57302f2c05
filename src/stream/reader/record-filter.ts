import { readHeaders } from '../protocol/records/headers.ts'
import type { RecordCursor } from '../protocol/records/record-cursor.ts'
import type { RecordTest } from './read-record.ts'

/** Which records are wanted: those that all of this is true of. Text is looked for as UTF-8, capitals matter. */
export interface RecordFilter {
  /** The whole key. */
  readonly key?: string | undefined
  /** Is in the key. */
  readonly keyHas?: string | undefined
  /** Is in the value. */
  readonly valueHas?: string | undefined
  /** Is in the key or in the value. */
  readonly has?: string | undefined
  /** `name` or `name=value`: a header of this name, with this value. */
  readonly header?: string | undefined
}

/** Undefined when everything is wanted. No object is made for what is not: a search reads millions of records. */
export function compileFilter(filter: RecordFilter): RecordTest | undefined {
  const tests: RecordTest[] = []
  const { key, keyHas, valueHas, has, header } = filter
  if (key !== undefined) tests.push(keyIs(Buffer.from(key)))
  if (keyHas !== undefined) tests.push(inKey(Buffer.from(keyHas)))
  if (valueHas !== undefined) tests.push(inValue(Buffer.from(valueHas)))
  if (has !== undefined) tests.push(either(inKey(Buffer.from(has)), inValue(Buffer.from(has))))
  if (header !== undefined) tests.push(headerIs(header))
  if (tests.length === 0) return undefined
  return (cursor) => tests.every((test) => test(cursor))
}

function keyIs(key: Buffer): RecordTest {
  return ({ buffer, keyStart, keyEnd }) =>
    keyStart >= 0 && keyEnd - keyStart === key.length && buffer.compare(key, 0, key.length, keyStart, keyEnd) === 0
}

function inKey(text: Buffer): RecordTest {
  return ({ buffer, keyStart, keyEnd }) => keyStart >= 0 && buffer.subarray(keyStart, keyEnd).includes(text)
}

function inValue(text: Buffer): RecordTest {
  return ({ buffer, valueStart, valueEnd }) => valueStart >= 0 && buffer.subarray(valueStart, valueEnd).includes(text)
}

function either(one: RecordTest, other: RecordTest): RecordTest {
  return (cursor) => one(cursor) || other(cursor)
}

function headerIs(wanted: string): RecordTest {
  const at = wanted.indexOf('=')
  const name = at < 0 ? wanted : wanted.slice(0, at)
  const value = at < 0 ? undefined : Buffer.from(wanted.slice(at + 1))
  return (cursor: RecordCursor) =>
    readHeaders(cursor).some(
      (header) => header.key === name && (value === undefined || header.value?.equals(value) === true),
    )
}
