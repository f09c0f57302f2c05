import { asWeirError } from '../../../kernel/errors/weir-error.ts'
import { schemaString } from '../../../lake/delta/write/schema-string.ts'
import { schemaOf } from '../../../lake/types/schema.ts'
import type { Column } from './column.ts'

interface Declared {
  readonly columns: Readonly<Record<string, Column>>
  readonly key: readonly string[]
  readonly partitionBy: readonly string[]
}

/** What a table of `format: 'delta'` cannot have, and where it is declared. */
export function deltaTroubles({ columns, key, partitionBy }: Declared): readonly Trouble[] {
  const found: Trouble[] = []
  if (key.length > 0)
    found.push({
      path: ['key'],
      message: "a Delta table has no key: deliveries only add to it. Leave the key out, or declare format: 'iceberg'",
    })
  for (const [at, text] of partitionBy.entries()) {
    const column = columns[text.trim()]
    if (column === undefined)
      found.push({
        path: ['partitionBy', at],
        message: `a Delta table is partitioned by columns as they are, not by ${text}; add a column for it`,
      })
    else if (/^(binary|fixed)/.test(column.type))
      found.push({ path: ['partitionBy', at], message: `a Delta table is not partitioned by bytes (${text})` })
  }
  for (const [name, { type }] of Object.entries(columns)) {
    const message = typeTrouble(name, type)
    if (message !== undefined) found.push({ path: ['columns', name], message })
  }
  return found
}

interface Trouble {
  readonly path: readonly (string | number)[]
  readonly message: string
}

function typeTrouble(name: string, type: string): string | undefined {
  try {
    schemaString(schemaOf([{ name, type }]).fields)
    return undefined
  } catch (error) {
    return asWeirError(error).message
  }
}
