import { programPath, pySpark, pythonEnvironment, withS3Files } from '../engine-python.ts'
import { vendedS3 } from '../in-bucket.ts'
import type { Change } from './columns.ts'
import { startLineService } from './line-service.ts'
import { sparkDialect, sqlRows, sqlType } from './sql-dialect.ts'
import type { Partition, TableEngine } from './table-engine.ts'

const mergeOnRead = ['delete', 'update', 'merge'].map((name) => `'write.${name}.mode' = 'merge-on-read'`).join(', ')

/** `isOnS3`: with no keys but those that the catalog hands out. */
export function startSpark(catalog: string, isOnS3 = false): TableEngine {
  const engine = isOnS3 ? withS3Files(pySpark()) : pySpark()
  const program = programPath('engines/spark-serve.py')
  const service = startLineService(
    [engine.python, program, catalog, ...(isOnS3 ? [JSON.stringify(vendedS3)] : [])],
    pythonEnvironment(engine),
  )
  const run = async (sql: string): Promise<void> => void (await service.ask({ sql }))
  const place = (table: string) => `w.public.${table}`
  return {
    name: 'spark',
    async create({ name, columns, partitions, formatVersion }) {
      const list = columns.map((column) => `${column.name} ${sqlType(sparkDialect, column.type)}`)
      await run(`CREATE TABLE ${place(name)} (${list.join(', ')}) USING iceberg
        PARTITIONED BY (${partitions.map(transform).join(', ')})
        TBLPROPERTIES ('format-version' = '${formatVersion}', ${mergeOnRead})`)
    },
    append: (table, columns, rows) =>
      run(
        `INSERT INTO ${place(table)} (${columns.map(({ name }) => name).join(', ')}) VALUES ${sqlRows(sparkDialect, columns, rows)}`,
      ),
    evolve: (table, change) => run(`ALTER TABLE ${place(table)} ${alteration(change)}`),
    partition: (table, _, added) => run(`ALTER TABLE ${place(table)} ADD PARTITION FIELD ${transform(added)}`),
    async remove(table, ids) {
      // Of a table that another engine made, too: beside the rows, not by writing their files anew.
      await run(`ALTER TABLE ${place(table)} SET TBLPROPERTIES (${mergeOnRead})`)
      await run(`DELETE FROM ${place(table)} WHERE id IN (${ids.join(', ')})`)
    },
    relabel: (table, label, ids) =>
      run(`UPDATE ${place(table)} SET label = '${label}' WHERE id IN (${ids.join(', ')})`),
    compact: (table) =>
      run(`CALL w.system.rewrite_data_files(table => 'public.${table}', options => map('rewrite-all', 'true'))`),
    rows: async (table, columns) =>
      (await service.ask({ sql: `SELECT ${columns.map(({ name }) => name).join(', ')} FROM ${place(table)}` })).map(
        (row) => JSON.stringify(row),
      ),
    stop: () => service.stop(),
  }
}

function transform({ transform: name, column, width }: Partition): string {
  return width === undefined ? `${name}s(${column})` : `${name}(${width}, ${column})`
}

function alteration(change: Change): string {
  switch (change.change) {
    case 'add':
      return `ADD COLUMN ${change.column.name} ${sqlType(sparkDialect, change.column.type)}`
    case 'add inside':
      return `ADD COLUMN ${change.parent}.${change.column.name} ${sqlType(sparkDialect, change.column.type)}`
    case 'rename':
      return `RENAME COLUMN ${change.from} TO ${change.to}`
    case 'drop':
      return `DROP COLUMN ${change.name}`
    case 'widen':
      return `ALTER COLUMN ${change.column.name} TYPE ${sqlType(sparkDialect, change.column.type)}`
  }
}
