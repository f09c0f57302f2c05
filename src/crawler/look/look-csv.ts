import type { Compression, FileColumn } from '../crawled-table.ts'
import type { CrawlPlan } from '../crawl-plan.ts'
import type { Finding, ReadableFinding } from '../finding.ts'
import { columnSample, shown, type ColumnSample } from './column-sample.ts'
import { csvDialect, type CsvDialect } from './csv-dialect.ts'
import { csvRecords, type CsvField } from './csv-records.ts'
import { namesProblem } from './names-problem.ts'
import { textFits } from './text-fits.ts'

/** What a CSV file holds, by its first records or by all. `text` comes in pieces and is read no further than is needed. */
export async function lookAtCsv(
  text: AsyncIterable<string>,
  compression: Compression,
  plan: Pick<CrawlPlan, 'csv' | 'columns' | 'sampleRows'>,
): Promise<Finding> {
  let dialect: CsvDialect | undefined
  let look: ReturnType<typeof lookAtRecords> | undefined
  let reader = csvRecords(',', '"')
  let head = ''
  const begin = (isWhole: boolean): Finding | undefined => {
    const found = csvDialect(head, isWhole, plan.csv)
    if (typeof found === 'string') return { kind: 'left out', reason: 'unreadable', detail: found }
    dialect = found
    look = lookAtRecords(found, plan)
    reader = csvRecords(found.delimiter, found.quote)
    return undefined
  }
  for await (const piece of text) {
    let fresh = piece
    if (!dialect) {
      head += piece
      if (head.length < dialectChars) continue
      const problem = begin(false)
      if (problem) return problem
      fresh = head
    }
    const stop = look!.take(reader.push(fresh))
    if (stop) return stop === 'enough' ? look!.finding(compression, false) : stop
  }
  if (head.trim() === '') return { kind: 'left out', reason: 'empty', detail: 'it holds nothing but white space' }
  const pending = dialect ? '' : head
  const problem = dialect ? undefined : begin(true)
  if (problem) return problem
  const stop = look!.take(reader.push(pending))
  if (stop) return stop === 'enough' ? look!.finding(compression, false) : stop
  const last = reader.end()
  if (typeof last === 'string') return { kind: 'left out', reason: 'unreadable', detail: last }
  const ended = last && look!.take([last])
  return ended && ended !== 'enough' ? ended : look!.finding(compression, true)
}

const dialectChars = 1 << 16

function lookAtRecords(dialect: CsvDialect, { columns, sampleRows }: Pick<CrawlPlan, 'columns' | 'sampleRows'>) {
  let names: readonly string[] | undefined
  let samples: readonly ColumnSample[] = []
  let row = 0
  const misfits = new Map<string, ReadableFinding['misfits'][number]>()
  const nulls = new Set(dialect.nullValues)

  const beginWith = (record: readonly CsvField[]): Finding | undefined => {
    names = record.map(({ text }, at) => (dialect.header && text !== '' ? text : `column${at + 1}`))
    samples = names.map(() => columnSample())
    return namesProblem(names)
  }
  const add = (record: readonly CsvField[]): Finding | undefined => {
    row++
    if (record.length !== names!.length) {
      const detail = `record ${row + (dialect.header ? 1 : 0)} has ${record.length} fields, the first has ${names!.length}. Correct it`
      return { kind: 'left out', reason: 'unreadable', detail }
    }
    for (const [at, { text, quoted }] of record.entries()) {
      const name = names![at]!
      const value = !quoted && nulls.has(text) ? null : text
      samples[at]!.add(value, row)
      const declared = columns[name]
      if (value !== null && declared !== undefined && !misfits.has(name) && !textFits(value, declared))
        misfits.set(name, { column: name, row, value: shown(value), declared })
    }
    return undefined
  }
  return {
    take(records: readonly (readonly CsvField[])[]): Finding | 'enough' | undefined {
      for (const record of records) {
        if (!names) {
          const problem = beginWith(record)
          if (problem) return problem
          if (dialect.header) continue
        }
        if (sampleRows !== null && row >= sampleRows) return 'enough'
        const problem = add(record)
        if (problem) return problem
      }
      return undefined
    },
    finding(compression: Compression, isWhole: boolean): Finding {
      const found: FileColumn[] = (names ?? []).map((name, at) => ({ name, type: samples[at]!.type() }))
      const { delimiter, quote, header, nullValues } = dialect
      return {
        kind: 'readable',
        shape: { format: 'csv', compression, columns: found, delimiter, quote, header, nullValues: [...nullValues] },
        why: dialect.why,
        typeReasons: (names ?? []).flatMap((column, at) => {
          const reason = samples[at]!.reason()
          return reason ? [{ column, ...reason }] : []
        }),
        rows: row,
        isWhole,
        misfits: [...misfits.values()],
      }
    },
  }
}
