import { sqlError } from '../../sql-error.ts'
import type { CopyFormat, CopyRecord } from './copy-format.ts'
import { csvFields, isWholeCsv } from './csv-fields.ts'
import { isWholeText, textFields } from './text-fields.ts'

/** Cuts what a client sends into rows, in whatever pieces it comes. */
export interface RecordSplitter {
  push(text: string): readonly CopyRecord[]
  /** There is no more. */
  end(): readonly CopyRecord[]
}

/** SQLSTATE 22P04 for what is no row, with its line. `columns` are those that are copied, `table` is for messages. */
export function splitRecords(format: CopyFormat, columns: readonly string[], table: string): RecordSplitter {
  const isCsv = format.format === 'csv'
  const isWhole = isCsv ? isWholeCsv : isWholeText
  const fieldsOf = isCsv ? csvFields : textFields
  let rest = ''
  /** Up to here the rest is known to hold no end of a row. */
  let seen = 0
  let line = 1
  let ended = false
  let ending: '\n' | '\r\n' | undefined
  let headerDone = format.header === 'none'

  const fault = (message: string, text: string): Error =>
    sqlError('WEIR-6005', message, { sqlstate: '22P04', where: `COPY ${table}, line ${line}: "${text.slice(0, 100)}"` })

  const record = (text: string): readonly CopyRecord[] => {
    if (text === '\\.') {
      ended = true
      return []
    }
    if (!isCsv && text.includes('\r')) throw fault('literal carriage return found in data', text)
    const fields = fieldsOf(text, format, columns)
    if (fields === undefined) throw fault('unterminated CSV quoted field', text)
    if (!headerDone) {
      headerDone = true
      if (format.header === 'match') mustMatch(fields, text)
      return []
    }
    if (fields.length > columns.length) throw fault('extra data after last expected column', text)
    if (fields.length < columns.length) throw fault(`missing data for column "${columns[fields.length]}"`, text)
    return [{ line, fields }]
  }
  const mustMatch = (fields: readonly (string | null)[], text: string): void => {
    if (fields.length !== columns.length)
      throw fault(`wrong number of fields in header line: got ${fields.length}, expected ${columns.length}`, text)
    const at = fields.findIndex((name, i) => name !== columns[i])
    if (at >= 0)
      throw fault(
        `column name mismatch in header line field ${at + 1}: got "${fields[at]}", expected "${columns[at]}"`,
        text,
      )
  }
  return {
    push(text) {
      if (ended) return []
      rest += text
      const found: CopyRecord[] = []
      let start = 0
      for (let at = rest.indexOf('\n', seen); at >= 0 && !ended; at = rest.indexOf('\n', at + 1)) {
        ending ??= rest[at - 1] === '\r' ? '\r\n' : '\n'
        const end = ending === '\r\n' && rest[at - 1] === '\r' ? at - 1 : at
        const whole = rest.slice(start, end)
        if (!isWhole(whole, format)) continue
        found.push(...record(whole))
        line += linesIn(whole)
        start = at + 1
      }
      rest = rest.slice(start)
      // A row that is not whole is looked at again from its start, for it may have many ends of lines.
      seen = rest.includes('\n') ? 0 : Math.max(0, rest.length - 1)
      return found
    },
    end() {
      if (ended || rest === '') return []
      return record(ending === '\r\n' ? rest.replace(/\r$/, '') : rest)
    },
  }
}

function linesIn(text: string): number {
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++
  return lines
}
