import type { Compression, FileColumn } from '../crawled-table.ts'
import type { CrawlPlan } from '../crawl-plan.ts'
import type { Finding, ReadableFinding } from '../finding.ts'
import { shown } from './column-sample.ts'
import {
  foundTypeText,
  jsonSample,
  kindOf,
  shownValue,
  written,
  type JsonSample,
  type JsonValue,
  type Written,
} from './json-sample.ts'
import { jsonValues } from './json-values.ts'
import { namesProblem } from './names-problem.ts'
import { textFits } from './text-fits.ts'

/** What a file of JSON objects holds, by its first objects or by all. */
export async function lookAtJson(
  text: AsyncIterable<string>,
  compression: Compression,
  plan: Pick<CrawlPlan, 'columns' | 'sampleRows'>,
): Promise<Finding> {
  const values = jsonValues()
  const look = lookAtObjects(plan)
  let isEmpty = true
  for await (const piece of text) {
    isEmpty &&= piece.trim() === ''
    for (const value of values.push(piece)) {
      if (plan.sampleRows !== null && look.rows >= plan.sampleRows)
        return look.finding(compression, values.layout, false)
      const problem = look.add(value)
      if (problem) return problem
    }
  }
  if (isEmpty) return { kind: 'left out', reason: 'empty', detail: 'it holds nothing but white space' }
  const rest = values.end()
  if (rest !== undefined) return { kind: 'left out', reason: 'unreadable', detail: `${rest}. Rows are JSON objects` }
  return look.finding(compression, values.layout, true)
}

function lookAtObjects({ columns: declared }: Pick<CrawlPlan, 'columns'>) {
  const found = new Map<string, JsonSample>()
  const misfits = new Map<string, ReadableFinding['misfits'][number]>()
  let rows = 0

  const addValue = (name: string, value: JsonValue): void => {
    const column = found.get(name) ?? jsonSample()
    found.set(name, column)
    column.add(value, rows)
    const type = declared[name]
    if (value !== null && type !== undefined && !misfits.has(name) && !isDeclared(value, type))
      misfits.set(name, { column: name, row: rows, value: shownValue(value), declared: type })
  }
  return {
    get rows() {
      return rows
    },
    add(text: string): Finding | undefined {
      rows++
      const object = parseObject(text)
      if (typeof object === 'string')
        return { kind: 'left out', reason: 'unreadable', detail: `row ${rows}: ${object}` }
      for (const [name, value] of Object.entries(object)) addValue(name, value)
      return undefined
    },
    finding(
      compression: Compression,
      layout: 'newline_delimited' | 'array' | 'unstructured',
      isWhole: boolean,
    ): Finding {
      const columns: FileColumn[] = [...found].map(([name, sample]) => ({ name, type: foundTypeText(sample.type()) }))
      return (
        namesProblem(columns.map(({ name }) => name)) ?? {
          kind: 'readable',
          shape: { format: 'json', compression, columns, layout },
          why: [`JSON objects, ${layoutTexts[layout]}`],
          typeReasons: [...found].flatMap(([column, sample]) => {
            const reason = sample.reason()
            if (!reason) return []
            const { path, row, value } = reason
            return [{ column, row, value: path === '' ? value : `${path.replace(/^\./, '')} is ${value}` }]
          }),
          rows,
          isWhole,
          misfits: [...misfits.values()],
        }
      )
    },
  }
}

const layoutTexts = { newline_delimited: 'one a line', array: 'in one array', unstructured: 'one after the other' }

function isDeclared(value: Exclude<JsonValue, null>, type: string): boolean {
  if (type === 'string') return true
  const kind = kindOf(value)
  if (kind === 'text') return /^(date|timestamp)/.test(type) && textFits(value as string, type)
  // Temporal values have no other form in JSON than text; all others have.
  return kind === 'bare' && !/^(date|timestamp)/.test(type) && textFits((value as Written)[written], type)
}

/** The members of an object in their order, numbers to the last digit; a reason as text when it is none. */
function parseObject(text: string): { readonly [name: string]: JsonValue } | string {
  try {
    let tooLong: string | undefined
    const asWritten = (_key: string, value: unknown, { source = '' }: ReviverContext): unknown => {
      if (typeof value !== 'number' && typeof value !== 'boolean') return value
      if (/[.eE]/.test(source) && typeof value === 'number' && !textFits(source, 'double')) tooLong ??= source
      return { [written]: source }
    }
    const members = JSON.parse(text, asWritten as (key: string, value: unknown) => unknown) as Record<string, JsonValue>
    return tooLong === undefined
      ? members
      : `the number ${shown(tooLong)} has digits that a double does not keep. Write it in quotes`
  } catch (error) {
    return `no JSON (${error instanceof Error ? error.message : String(error)})`
  }
}

/** JSON.parse tells how a number was written. */
interface ReviverContext {
  readonly source?: string
}
