import type { ColumnRelation } from '../../engine-host.ts'
import type { ColumnChange, PartitionRequest } from '../../engine-host.ts'
import type { Fragment, WrittenName } from './token-reader.ts'

/** A statement that changes which tables there are, or their columns. */
export type DefinitionStatement =
  | {
      readonly kind: 'create table'
      readonly table: WrittenName
      readonly ifNotExists: boolean
      /** Undefined where the query says them. */
      readonly columns: readonly WrittenColumn[] | undefined
      /** Names for the columns of the query. */
      readonly names: readonly WrittenName[] | undefined
      readonly partitionBy: readonly PartitionRequest[]
      /** USING. */
      readonly format: 'iceberg' | 'delta'
      readonly query: Fragment | undefined
      readonly withData: boolean
    }
  | { readonly kind: 'drop table'; readonly tables: readonly WrittenName[]; readonly ifExists: boolean }
  | {
      readonly kind: 'alter table'
      readonly table: WrittenName
      readonly ifExists: boolean
      readonly change:
        | { readonly renameTo: string }
        | { readonly columns: readonly AlterAction[]; readonly formatVersion: number | undefined }
    }
  | { readonly kind: 'create schema' | 'drop schema'; readonly schema: string; readonly lenient: boolean }

/** A column of CREATE TABLE, and the constant behind DEFAULT. */
export interface WrittenColumn {
  readonly column: ColumnRelation
  readonly value: Fragment | undefined
}

/** One action of ALTER TABLE; `lenient`: IF EXISTS or IF NOT EXISTS. */
export interface AlterAction {
  readonly change: ColumnChange
  /** The constant of ADD COLUMN … DEFAULT and SET DEFAULT, not yet a value of the column. */
  readonly value: Fragment | undefined
  readonly lenient: boolean
  readonly position: number
}
