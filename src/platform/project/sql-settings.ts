import { z } from 'zod'
import { isLoopback } from '../../kernel/refuse-open-bind.ts'
import type { SecretSource } from '../kinds/secret/secret-source.ts'
import { secretValue } from './secret-value.ts'

export const sqlSchema = z
  .strictObject({
    trino: z
      .url({ protocol: /^https?$/, message: 'write it like https://trino.example.com:8443' })
      .describe('Address of a Trino that answers queries in the place of DuckDB: https://trino.example.com:8443.'),
    user: z.string().min(1).default('weir').describe('Whom Trino is told.'),
    password: secretValue('The password of that user, by https only.').optional(),
    token: secretValue('A bearer token in its place, by https only.').optional(),
    catalog: z
      .string()
      .regex(/^\w+$/, 'it takes letters, digits and _')
      .default('weir')
      .describe("Trino's name for the catalog of Weir's tables."),
    schema: z.string().min(1).default('public').describe('Where names without a schema are looked up.'),
  })
  .refine(
    ({ password, token }) => password === undefined || token === undefined,
    'password and token exclude each other',
  )
  .refine(
    ({ trino, password, token }) => (password === undefined && token === undefined) || isPrivateWay(trino),
    'a password or token goes by https:// only, except to this machine',
  )

function isPrivateWay(address: string): boolean {
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || isLoopback(hostname)
}

/** The Trino that answers queries. JSON-safe, and without the secrets themselves. */
export interface SqlSettings {
  readonly trino: string
  readonly user: string
  readonly password?: SecretSource
  readonly token?: SecretSource
  readonly catalog: string
  readonly schema: string
}
