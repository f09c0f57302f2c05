import type { CrawlPlan } from '../crawl-plan.ts'
import type { CrawledColumn, FileColumn, FileFormat, FileShape } from '../crawled-table.ts'
import type { ReadableFinding } from '../finding.ts'
import { commonType } from './common-type.ts'
import { roomForType, withoutUnknown } from './found-type.ts'

/** The columns of a table while its files are gone through. */
export interface GrowingSchema {
  /** Before any file is taken: types that the first crawl of text files gives to columns, text where no other holds all. */
  learn(shape: FileShape): void
  /** Makes room for a file, or says which column keeps it out; then nothing has changed. */
  take(finding: ReadableFinding): string | undefined
  columns(): readonly CrawledColumn[]
}

export function startSchema(
  format: FileFormat,
  { columns: declared, onDrift }: Pick<CrawlPlan, 'columns' | 'onDrift'>,
  before: readonly CrawledColumn[] | undefined,
  partitionNames: readonly string[],
): GrowingSchema {
  const columns = new Map<string, CrawledColumn>()
  const inFolders = new Set(partitionNames.map((name) => name.toLowerCase()))
  for (const column of before ?? []) if (!column.isPartition) columns.set(key(column.name), typed(column))
  const isFirst = before === undefined

  function typed(column: CrawledColumn): CrawledColumn {
    const type = declared[column.name]
    return type === undefined ? column : { ...column, type, isKnown: true }
  }
  const added = (name: string, type: string | null): CrawledColumn =>
    typed({ name, type: type ?? 'string', isPartition: false, isKnown: type !== null })

  /** The column with room for what a file has of it; a reason as text when there is none. */
  function roomFor(found: FileColumn): CrawledColumn | string {
    const known = columns.get(key(found.name))
    if (!known) {
      if (isFirst || onDrift === 'widen') return added(found.name, found.type)
      return `the column "${found.name}" is new. With onDrift: 'widen' the table would have it`
    }
    if (known.name !== found.name) return `the column "${found.name}" differs from "${known.name}" by case only`
    if (found.type === null || declared[found.name] !== undefined) {
      // What is text is checked value by value; in Parquet the type of the file decides.
      if (found.type === null || format !== 'parquet' || commonType(known.type, found.type, format) === known.type)
        return known
      return `the column "${found.name}" is ${found.type}, declared is ${known.type}`
    }
    if (!known.isKnown) return added(found.name, found.type)
    const common = roomForType(known.type, found.type, format)
    if (common === known.type) return known
    if (common === undefined) return `the column "${found.name}" is ${found.type}, in the table it is ${known.type}`
    if (!isFirst && onDrift !== 'widen')
      return `the column "${found.name}" is ${found.type}, in the table it is ${known.type}. With onDrift: 'widen' it would become ${common}`
    return { ...known, type: common }
  }

  return {
    learn({ columns: found }) {
      if (columns.size > 0 && !found.some(({ name }) => columns.has(key(name)))) return
      for (const one of found) {
        if (inFolders.has(key(one.name))) continue
        const room = roomFor(one)
        if (typeof room !== 'string') columns.set(key(one.name), room)
        else if (columns.get(key(one.name))?.name === one.name && declared[one.name] === undefined)
          columns.set(
            key(one.name),
            added(one.name, roomForType(columns.get(key(one.name))!.type, one.type!, format, true)!),
          )
      }
    },
    take({ shape, misfits }) {
      const misfit = misfits.find(({ column }) => !inFolders.has(key(column)))
      if (misfit)
        return `the column "${misfit.column}" is declared as ${misfit.declared}, but in row ${misfit.row} it is ${JSON.stringify(misfit.value)}`
      const own = shape.columns.filter(({ name }) => !inFolders.has(key(name)))
      if (own.length > 0 && columns.size > 0 && !own.some(({ name }) => columns.has(key(name))))
        return `none of its columns (${own.map(({ name }) => name).join(', ')}) is one of the table`
      const rooms = own.map(roomFor)
      const problem = rooms.find((room) => typeof room === 'string')
      if (problem !== undefined) return problem as string
      for (const room of rooms as readonly CrawledColumn[]) columns.set(key(room.name), room)
      return undefined
    },
    columns: () => [...columns.values()].map((column) => ({ ...column, type: withoutUnknown(column.type) })),
  }
}

const key = (name: string): string => name.toLowerCase()
