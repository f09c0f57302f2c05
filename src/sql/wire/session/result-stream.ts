import type { Cursor, ResultChunk, ResultColumn } from '../query-service.ts'
import { oidOf } from '../result-type.ts'
import type { FieldDescription } from '../backend-messages.ts'
import { type ColumnEncoder, columnEncoder } from '../values/column-encoder.ts'
import { mustShowAllFields } from '../values/lost-field.ts'
import { writeRows } from '../values/row-encoder.ts'
import type { TextStyle } from '../values/text.ts'
import { type Outbox, outboxBytes } from './outbox.ts'

/** The rows of a cursor as messages, in parts as large as the client asks for. */
export interface ResultStream {
  /** Sends up to `rowsMax` rows (0: all). `done` when the result has no more. */
  send(out: Outbox, rowsMax: number): Promise<{ readonly rows: number; readonly done: boolean }>
  /** The same without sending them. */
  skip(rowsMax: number): Promise<{ readonly rows: number; readonly done: boolean }>
  /** The next chunk and where to go on in it, for COPY; undefined at the end. */
  chunk(): Promise<ResultChunk | undefined>
  close(): Promise<void>
}

/** 0 for text, 1 for binary, one for each column, out of what Bind said. */
export function formatOf(formats: readonly number[], column: number): 0 | 1 {
  const format = formats.length === 1 ? formats[0] : formats[column]
  return format === 1 ? 1 : 0
}

export function describeFields(columns: readonly ResultColumn[], formats: readonly number[]): FieldDescription[] {
  return columns.map(({ name, type }, i) => ({
    name,
    oid: oidOf(type),
    size: type.array ? -1 : type.pg.size,
    typmod: type.typmod,
    format: formatOf(formats, i),
  }))
}

export function resultStream(cursor: Cursor, formats: readonly number[], style: TextStyle): ResultStream {
  for (const { name, type } of cursor.columns) mustShowAllFields(name, type.duckdb)
  const encoders: ColumnEncoder[] = cursor.columns.map(({ type }, i) =>
    columnEncoder(type, formatOf(formats, i) === 1 ? 'binary' : 'text', style),
  )
  let chunk: ResultChunk | null = null
  let row = 0

  const haveRows = async (): Promise<boolean> => {
    while (!chunk || row >= chunk.rowCount) {
      chunk = await cursor.next()
      row = 0
      if (!chunk) return false
    }
    return true
  }
  return {
    async send(out, rowsMax) {
      let sent = 0
      while (await haveRows()) {
        if (rowsMax > 0 && sent >= rowsMax) return { rows: sent, done: false }
        const rowCount = chunk!.rowCount
        const to = rowsMax > 0 ? Math.min(rowCount, row + rowsMax - sent) : rowCount
        const next = writeRows(out.writer, chunk!, encoders, { from: row, to, bytesMax: outboxBytes })
        sent += next - row
        row = next
        if (out.full) await out.flush()
      }
      return { rows: sent, done: true }
    },
    async skip(rowsMax) {
      let skipped = 0
      while (await haveRows()) {
        if (rowsMax > 0 && skipped >= rowsMax) return { rows: skipped, done: false }
        const rows = Math.min(chunk!.rowCount - row, rowsMax > 0 ? rowsMax - skipped : Infinity)
        skipped += rows
        row += rows
      }
      return { rows: skipped, done: true }
    },
    async chunk() {
      chunk = await cursor.next()
      return chunk ?? undefined
    },
    close: () => cursor.close(),
  }
}
