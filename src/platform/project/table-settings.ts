import { z } from 'zod'
import type { SecretSource } from '../kinds/secret/secret-source.ts'
import { secretValue } from './secret-value.ts'

export const tablesSchema = z.strictObject({
  catalog: z
    .url({ protocol: /^https?$/, message: 'write it like http://catalog.example.com:8181' })
    .describe('Base address of an Iceberg REST catalog, without /v1: http://catalog.example.com:8181.'),
  warehouse: z.string().min(1).optional().describe('The warehouse that it is asked for; its own choice without it.'),
  token: secretValue('The bearer token with which Weir asks it.').optional(),
})

/** A catalog that takes the place of Weir's own. JSON-safe, and without the secret itself. */
export interface TableSettings {
  readonly catalog: string
  readonly warehouse?: string
  readonly token?: SecretSource
}
