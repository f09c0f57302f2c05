import { open } from 'node:fs/promises'
import { TextDecoder } from 'node:util'
import { literal } from '../../../lake/types/duckdb-type.ts'
import { sqlError } from '../../sql-error.ts'
import type { CopyRecord } from './copy-format.ts'
import type { RecordSplitter } from './split-records.ts'

/** The line of a row in what the client sent. */
export const lineColumn = 'weir_line'
export const textColumn = (at: number): string => `c${at}`

/** What a COPY brought, as a file of texts. */
export interface StoredRecords {
  /** A query of the lines and the texts, `c0` for the first column. */
  readonly query: string
}

const gatheredChars = 1 << 20
const lineCharsMin = 2 << 20

/** Writes rows as a client sends them into a file that DuckDB reads: a line a row, each text in quotes, null without. */
export async function storeRecords(
  data: AsyncIterable<Buffer>,
  splitter: RecordSplitter,
  columnCount: number,
  path: string,
): Promise<StoredRecords> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const file = await open(path, 'wx', 0o600)
  let gathered: string[] = []
  let size = 0
  let longest = 0
  const add = async (records: readonly CopyRecord[]): Promise<void> => {
    for (const { line, fields } of records) {
      const text = `${line},${fields.map(quoted).join(',')}\n`
      longest = Math.max(longest, text.length)
      gathered.push(text)
      size += text.length
    }
    if (size >= gatheredChars) await flush()
  }
  const flush = async (): Promise<void> => {
    const text = gathered.join('')
    gathered = []
    size = 0
    await file.appendFile(text)
  }
  try {
    for await (const bytes of data) await add(splitter.push(decoded(decoder, bytes)))
    await add(splitter.push(decoded(decoder)))
    await add(splitter.end())
    await flush()
  } finally {
    await file.close()
  }
  return { query: queryOf(path, columnCount, longest) }
}

const quoted = (text: string | null): string => (text === null ? '' : `"${text.replaceAll('"', '""')}"`)

function decoded(decoder: TextDecoder, bytes?: Buffer): string {
  try {
    const text = bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode()
    if (!text.includes('\0')) return text
  } catch {
    throw sqlError('WEIR-6005', 'invalid byte sequence for encoding "UTF8"', { sqlstate: '22021' })
  }
  throw sqlError('WEIR-6005', 'invalid byte sequence for encoding "UTF8": 0x00', { sqlstate: '22021' })
}

function queryOf(path: string, columnCount: number, longest: number): string {
  const texts = Array.from({ length: columnCount }, (_, at) => `'${textColumn(at)}': 'VARCHAR'`)
  const columns = `{'${lineColumn}': 'BIGINT', ${texts.join(', ')}}`
  // Bytes of a character, at most.
  const lineBytesMax = Math.max(lineCharsMin, longest * 3 + 1000)
  return `SELECT * FROM read_csv(${literal(path)}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"',
    new_line = '\\n', nullstr = '', allow_quoted_nulls = false, parallel = false, max_line_size = ${lineBytesMax}, columns = ${columns})`
}
