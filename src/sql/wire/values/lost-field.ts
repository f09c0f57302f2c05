import {
  DuckDBArrayType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  DuckDBUnionType,
  type DuckDBType,
} from '@duckdb/node-api'
import { sqlError } from '../../sql-error.ts'

/**
 * Refuses a column with a struct, at any depth, that has a field `__proto__`: the binding hands a struct over as a JavaScript object, on
 * which that name sets no field, and its value would be missing from the answer without a word.
 */
export function mustShowAllFields(column: string, type: DuckDBType): void {
  if (losesField(type))
    throw sqlError('WEIR-6005', `a struct in "${column}" has a field "__proto__", which an answer cannot hold`, {
      sqlstate: '0A000',
      hint: 'Select the fields by themselves: select s.__proto__, s.other.',
    })
}

function losesField(type: DuckDBType): boolean {
  if (type instanceof DuckDBStructType)
    return type.entryNames.includes('__proto__') || type.entryTypes.some((inner) => losesField(inner))
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) return losesField(type.valueType)
  if (type instanceof DuckDBMapType) return losesField(type.keyType) || losesField(type.valueType)
  return type instanceof DuckDBUnionType && type.memberTypes.some((inner) => losesField(inner))
}
