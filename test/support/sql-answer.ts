import type pg from 'pg'

/** The command's tag and all values as PostgreSQL's text, or the SQLSTATE of the refusal. */
export async function answer(client: pg.Client, text: string, values?: readonly unknown[]): Promise<string> {
  const asText = { getTypeParser: () => (value: string | Buffer) => String(value) }
  try {
    const types = asText as unknown as pg.CustomTypesConfig
    const found = await client.query({ text, rowMode: 'array', types, ...(values ? { values: [...values] } : {}) })
    const all = Array.isArray(found) ? found : [found]
    return all.map(({ command, rowCount, rows }) => `${command} ${rowCount}: ${sorted(rows)}`).join('; ')
  } catch (error) {
    return `error ${(error as pg.DatabaseError).code}`
  }
}

const sorted = (rows: readonly (readonly unknown[])[]): string =>
  rows
    .map((row) => row.join('|'))
    .toSorted((left, right) => (left < right ? -1 : 1))
    .join(' ')
