import type { Rejection } from '../../record/json/rejection.ts'
import { readHeaders } from '../../stream/protocol/records/headers.ts'
import type { RecordCursor } from '../../stream/protocol/records/record-cursor.ts'
import type { Letter } from '../letters/letter.ts'

/** The record that the cursor is at, as a line of a letter file. */
export function letterLine(cursor: RecordCursor, source: string, partition: number, rejection: Rejection): Buffer {
  const { buffer } = cursor
  const letter: Letter = {
    source,
    partition,
    offset: String(cursor.offset),
    timestamp: cursor.timestamp,
    code: rejection.code,
    reason: rejection.reason,
    key: base64(buffer, cursor.keyStart, cursor.keyEnd),
    value: base64(buffer, cursor.valueStart, cursor.valueEnd),
    headers: readHeaders(cursor).map(({ key, value }) => ({ key, value: value?.toString('base64') ?? null })),
  }
  return lineOf(letter)
}

export function lineOf(letter: Letter): Buffer {
  return Buffer.from(`${JSON.stringify(letter)}\n`)
}

function base64(buffer: Buffer, start: number, end: number): string | null {
  return start < 0 ? null : buffer.toString('base64', start, end)
}
