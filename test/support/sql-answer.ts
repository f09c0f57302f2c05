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

/** What each client is told in a transaction that is undone and, unless that is an error, what a query says of the tables then. */
export async function undoneAnswers(
  clients: readonly pg.Client[],
  state: string,
  tell: (client: pg.Client) => Promise<string>,
): Promise<readonly (readonly [told: string, tables: string])[]> {
  const answers: (readonly [string, string])[] = []
  for (const client of clients) {
    await client.query('begin')
    const told = await tell(client)
    answers.push([told, told.startsWith('error') ? '' : await answer(client, state)])
    await client.query('rollback')
  }
  return answers
}

const sorted = (rows: readonly (readonly unknown[])[]): string =>
  rows
    .map((row) => row.join('|'))
    .toSorted((left, right) => (left < right ? -1 : 1))
    .join(' ')
