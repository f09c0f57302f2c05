import { DuckDBDecimalType, type DuckDBType } from '@duckdb/node-api'
import { resultTypeOf } from '../wire/result-type.ts'
import { pgTypeRows } from './pg-type-rows.ts'

/** How the catalog shows a column's type. */
export interface ShownType {
  readonly typeOid: number
  readonly typmod: number
  readonly length: number
  readonly dimensions: number
  /** As information_schema has it: `numeric`, `ARRAY`. */
  readonly shownName: string
  readonly udtName: string
  readonly precision: number | null
  readonly scale: number | null
}

const shownNames = new Map(pgTypeRows.map((line) => [Number(line.split('|')[0]), line.split('|').at(-1)!]))
const precisions: Readonly<Record<string, number>> = { int2: 16, int4: 32, int8: 64, float4: 24, float8: 53 }

export function shownTypeOf(type: DuckDBType): ShownType {
  const { pg, array, typmod } = resultTypeOf(type)
  const decimal = type instanceof DuckDBDecimalType ? type : undefined
  return {
    typeOid: array ? pg.arrayOid : pg.oid,
    typmod,
    length: array ? -1 : pg.size,
    dimensions: array ? 1 : 0,
    shownName: array ? 'ARRAY' : (shownNames.get(pg.oid) ?? pg.name),
    udtName: array ? `_${pg.name}` : pg.name,
    precision: decimal?.width ?? (array ? null : (precisions[pg.name] ?? null)),
    scale: decimal?.scale ?? (!array && /^int/.test(pg.name) ? 0 : null),
  }
}
