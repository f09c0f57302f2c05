import type { TableName } from '../engine-host.ts'

interface TablesOfPlan {
  readonly inputTableColumnInfos?: readonly {
    readonly table: {
      readonly catalog: string
      readonly schemaTable: { readonly schema: string; readonly table: string }
    }
  }[]
}

/** The tables of a catalog that a query reads, through whatever views. */
export async function askTrinoTables(
  query: string,
  catalog: string,
  rowsOf: (text: string) => Promise<readonly (readonly unknown[])[]>,
): Promise<readonly TableName[]> {
  const [[plan] = []] = await rowsOf(`EXPLAIN (TYPE IO, FORMAT JSON) ${query}`)
  const { inputTableColumnInfos = [] } = JSON.parse(String(plan)) as TablesOfPlan
  return inputTableColumnInfos
    .filter(({ table }) => table.catalog.toLowerCase() === catalog.toLowerCase())
    .map(({ table: { schemaTable } }) => ({ schema: schemaTable.schema, name: schemaTable.table.replace(/\$.*$/, '') }))
}
