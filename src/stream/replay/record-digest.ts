import { hash } from 'node:crypto'
import type { ReadRecord } from '../reader/read-record.ts'

/** Tells records apart by all that a copy keeps. A target that stamps records itself has other times: then they do not count. */
export function digestOf({ key, value, headers, timestampMs }: ReadRecord, withTime: boolean): string {
  const parts = [key, value, ...headers.flatMap((header) => [Buffer.from(header.key), header.value])]
  const lengths = parts.map((part) => (part === null ? -1 : part.length)).join(',')
  const head = Buffer.from(`${withTime ? timestampMs : ''}|${lengths}|`)
  return hash('sha1', Buffer.concat([head, ...parts.map((part) => part ?? noBytes)]), 'base64')
}

const noBytes = Buffer.alloc(0)
