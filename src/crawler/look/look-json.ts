import type { Compression, FileColumn } from '../crawled-table.ts'
import type { CrawlPlan } from '../crawl-plan.ts'
import type { Finding, ReadableFinding } from '../finding.ts'
import { columnSample, shown, type ColumnSample } from './column-sample.ts'
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

/** DuckDB keeps the digits of long integers, of other numbers those of a double. */
const candidates = ['boolean', 'long', 'double', 'decimal(38,0)']

interface Column {
  readonly sample: ColumnSample
  /** What is no number and no truth was seen: it is text, or the text of its JSON. */
  readonly text: { row: number; value: string } | undefined
}

function lookAtObjects({ columns: declared }: Pick<CrawlPlan, 'columns'>) {
  const found = new Map<string, Column>()
  const misfits = new Map<string, ReadableFinding['misfits'][number]>()
  let rows = 0

  const addValue = (name: string, value: Scalar | null): void => {
    const column = found.get(name) ?? { sample: columnSample(candidates), text: undefined }
    found.set(name, column)
    if (value === null) return
    if (value.kind === 'bare') column.sample.add(value.text, rows)
    else found.set(name, { ...column, text: column.text ?? { row: rows, value: shown(value.text) } })
    const type = declared[name]
    if (type !== undefined && !misfits.has(name) && !isDeclared(value, type))
      misfits.set(name, { column: name, row: rows, value: shown(value.text), declared: type })
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
      for (const [name, value] of object) addValue(name, value)
      return undefined
    },
    finding(
      compression: Compression,
      layout: 'newline_delimited' | 'array' | 'unstructured',
      isWhole: boolean,
    ): Finding {
      const columns: FileColumn[] = [...found].map(([name, { sample, text }]) => ({
        name,
        type: text ? 'string' : sample.type(),
      }))
      return (
        namesProblem(columns.map(({ name }) => name)) ?? {
          kind: 'readable',
          shape: { format: 'json', compression, columns, layout },
          why: [`JSON objects, ${layoutTexts[layout]}`],
          typeReasons: [...found].flatMap(([column, { sample, text }]) => {
            const reason = text && sample.type() !== null ? text : text ? undefined : sample.reason()
            return reason ? [{ column, ...reason }] : []
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

/** A number or a truth as it is written, or text; objects and lists are the text of their JSON. */
interface Scalar {
  readonly kind: 'bare' | 'string' | 'nested'
  readonly text: string
}

function isDeclared({ kind, text }: Scalar, type: string): boolean {
  if (type === 'string') return true
  if (kind === 'nested') return false
  // Temporal values have no other form in JSON than text; all others have.
  return /^(date|timestamp)/.test(type) === (kind === 'string') && textFits(text, type)
}

/** The members of an object in their order, numbers to the last digit; a reason as text when it is none. */
function parseObject(text: string): ReadonlyMap<string, Scalar | null> | string {
  try {
    let tooLong: string | undefined
    const written = (_key: string, value: unknown, { source = '' }: ReviverContext): unknown => {
      if (typeof value !== 'number' && typeof value !== 'boolean') return value
      if (/[.eE]/.test(source) && typeof value === 'number' && !textFits(source, 'double')) tooLong ??= source
      return { [bare]: source }
    }
    const members = JSON.parse(text, written as (key: string, value: unknown) => unknown) as Record<string, unknown>
    if (tooLong !== undefined)
      return `the number ${shown(tooLong)} has digits that a double does not keep. Write it in quotes`
    const scalars = new Map<string, Scalar | null>()
    for (const [name, value] of Object.entries(members)) scalars.set(name, scalarOf(value))
    return scalars
  } catch (error) {
    return `no JSON (${error instanceof Error ? error.message : String(error)})`
  }
}

/** JSON.parse tells how a number was written. */
interface ReviverContext {
  readonly source?: string
}

const bare = Symbol('written so')

function scalarOf(value: unknown): Scalar | null {
  if (value === null) return null
  if (typeof value === 'string') return { kind: 'string', text: value }
  const written = (value as { readonly [bare]?: string })[bare]
  if (written !== undefined) return { kind: 'bare', text: written }
  return { kind: 'nested', text: Array.isArray(value) ? `a list of ${value.length}` : 'an object' }
}
