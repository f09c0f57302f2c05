import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { freePort } from '../../support/free-port.ts'
import { kit } from '../../../tools/conformance/kit.ts'
import type { Change } from './columns.ts'
import { sqlRows, sqlType, trinoDialect } from './sql-dialect.ts'
import type { Partition, TableEngine } from './table-engine.ts'

const script = `${kit}/iceberg/trino/trino.sh`
const outputBytesMax = 64 << 20

export async function startTrino(catalog: string): Promise<TableEngine> {
  const port = ['--port', String(await freePort())]
  const call = async (...args: readonly string[]): Promise<string> => {
    const options = { maxBuffer: outputBytesMax, encoding: 'utf8' } as const
    try {
      return (await promisify(execFile)(script, [...args, ...port], options)).stdout
    } catch (thrown) {
      const { stderr = '' } = thrown as { readonly stderr?: string }
      throw new Error(stderr.trim() || String(thrown))
    }
  }
  const run = (sql: string) => runInTrino(port[1]!, sql)
  const place = (table: string) => `w.public.${table}`
  await call('start', catalog)
  return {
    name: 'trino',
    async create({ name, columns, partitions, formatVersion }) {
      const list = columns.map((column) => `${column.name} ${sqlType(trinoDialect, column.type)}`)
      await run(`CREATE TABLE ${place(name)} (${list.join(', ')})
        WITH (format_version = ${formatVersion}, partitioning = ${transforms(partitions)})`)
    },
    append: (table, columns, rows) =>
      run(
        `INSERT INTO ${place(table)} (${columns.map(({ name }) => name).join(', ')}) VALUES ${sqlRows(trinoDialect, columns, rows)}`,
      ),
    evolve: (table, change) => run(`ALTER TABLE ${place(table)} ${alteration(change)}`),
    partition: (table, all, added) =>
      run(`ALTER TABLE ${place(table)} SET PROPERTIES partitioning = ${transforms([...all, added])}`),
    remove: (table, ids) => run(`DELETE FROM ${place(table)} WHERE id IN (${ids.join(', ')})`),
    relabel: (table, label, ids) =>
      run(`UPDATE ${place(table)} SET label = '${label}' WHERE id IN (${ids.join(', ')})`),
    compact: (table) => run(`ALTER TABLE ${place(table)} EXECUTE optimize`),
    rows: async (table) => (await call('read', `public.${table}`, '--rows')).split('\n').filter((line) => line !== ''),
    stop: async () => void (await call('stop')),
  }
}

/** Over HTTP: a program for each statement would take longer than most of them. */
async function runInTrino(port: string, sql: string): Promise<void> {
  const headers = { 'X-Trino-User': 'weir', 'X-Trino-Catalog': 'w', 'X-Trino-Time-Zone': 'UTC' }
  let answer = await fetch(`http://127.0.0.1:${port}/v1/statement`, { method: 'POST', headers, body: sql })
  for (;;) {
    const page = (await answer.json()) as { readonly nextUri?: string; readonly error?: { readonly message: string } }
    if (page.error) throw new Error(`${page.error.message}, in ${sql}`)
    if (page.nextUri === undefined) return
    answer = await fetch(page.nextUri)
  }
}

function transforms(partitions: readonly Partition[]): string {
  const each = partitions.map(({ transform, column, width }) =>
    width === undefined ? `${transform}(${column})` : `${transform}(${column}, ${width})`,
  )
  return `ARRAY[${each.map((text) => `'${text}'`).join(', ')}]`
}

function alteration(change: Change): string {
  switch (change.change) {
    case 'add':
      return `ADD COLUMN ${change.column.name} ${sqlType(trinoDialect, change.column.type)}`
    case 'add inside':
      return `ADD COLUMN ${change.parent}.${change.column.name} ${sqlType(trinoDialect, change.column.type)}`
    case 'rename':
      return `RENAME COLUMN ${change.from} TO ${change.to}`
    case 'drop':
      return `DROP COLUMN ${change.name}`
    case 'widen':
      return `ALTER COLUMN ${change.column.name} SET DATA TYPE ${sqlType(trinoDialect, change.column.type)}`
  }
}
