import { stripVTControlCharacters } from 'node:util'

export interface TextColumn {
  readonly title: string
  readonly align?: 'left' | 'right'
}

/** A longer cell sticks out of its column: one long name must not push all rows apart. */
const widthMax = 60

/** Rows under their titles, two spaces between columns, the last one not padded. */
export function tableText(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, at) =>
    Math.min(
      widthMax,
      rows.reduce((widest, row) => Math.max(widest, width(row[at] ?? '')), title.length),
    ),
  )
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, at) => pad(cells[at] ?? '', widths[at]!, align ?? 'left'))
      .join('  ')
      .trimEnd()
  return [line(columns.map(({ title }) => title)), ...rows.map(line)].join('\n')
}

function pad(text: string, to: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, to - width(text)))
  return align === 'left' ? text + space : space + text
}

function width(text: string): number {
  return stripVTControlCharacters(text).length
}
