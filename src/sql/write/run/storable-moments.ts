import { columnsByStatisticsName, type CopyRow, type DuckdbMap, entriesOf } from '../../../lake/write/copy-result.ts'
import type { Schema } from '../../../lake/types/type.ts'
import { sqlError } from '../../sql-error.ts'

/** By the first word of a type: what the text of a value looks like that readers of Iceberg have (values.md). */
const storable: Readonly<Record<string, RegExp>> = {
  date: /^(?!0000)\d{4}-\d\d-\d\d$/,
  time: /^([01]\d|2[0-3]):/,
  timestamp: /^(?!0000)\d{4}-\d\d-\d\d [^()]*$/,
  timestamptz: /^(?!0000)\d{4}-\d\d-\d\d [^()]*$/,
}

/**
 * SQLSTATE 22008 for a moment that DuckDB has and Iceberg's readers do not: infinity, years but 0001 to 9999, 24:00:00. COPY tells the least
 * and the greatest value of each column, so that no row is looked at for it.
 */
export function mustBeStorable(copied: readonly CopyRow[], schema: Schema): void {
  const columns = columnsByStatisticsName(schema)
  for (const { column_statistics: statistics } of copied)
    for (const [name, value] of entriesOf(statistics)) {
      const column = columns.get(name)
      const type = typeof column?.type === 'string' ? column.type : ''
      const expected = storable[type]
      if (!column || !expected) continue
      const found = new Map(entriesOf(value as DuckdbMap)) as ReadonlyMap<string, string>
      for (const bound of [found.get('min'), found.get('max')])
        if (bound !== undefined && !expected.test(bound))
          throw sqlError('WEIR-6005', `${bound} is no ${type} that tables hold (column "${column.path.join('.')}")`, {
            sqlstate: '22008',
            hint: 'Years go from 0001 to 9999 and a day to 23:59:59.999999, as other engines read them; null stands for what has no end.',
          })
    }
}
