import { createInterface } from 'node:readline'

/** What becomes of the line of a CSV file that names the columns: part of each record, or of none. */
export type HeaderUse = 'send' | 'skip'

/** The records of a CSV file that begins with a header. A line break inside of quotes ends no record. */
export async function* csvRecords(input: NodeJS.ReadableStream, use: HeaderUse): AsyncIterable<string> {
  let header: string | undefined
  for await (const record of wholeRecords(input)) {
    if (header === undefined) header = record.replace(/^\uFEFF/, '')
    else yield use === 'send' ? `${header}\n${record}` : record
  }
}

async function* wholeRecords(input: NodeJS.ReadableStream): AsyncIterable<string> {
  let open = ''
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    const text = open === '' ? line : `${open}\n${line}`
    // A quote within quotes is doubled, so that an odd number of them leaves the last one open.
    open = text.split('"').length % 2 === 0 ? text : ''
    if (open === '' && text !== '') yield text
  }
  if (open !== '') yield open
}
