import { z } from 'zod'
import type { SecretSource } from '../kinds/secret/secret-source.ts'
import { secretValue } from './secret-value.ts'

/** A user of SQL, the Iceberg catalog and the HTTP API. */
export interface UserSettings {
  readonly password: SecretSource
  readonly groups: readonly string[]
  readonly administrator: boolean
}

const name = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$/

export const usersSchema = z.record(
  z
    .string()
    .regex(name, 'a name is letters, digits, ., _, @ and -, at most 63')
    .refine((text) => text !== 'weir', 'weir is the name by which administrators log in'),
  z.strictObject({
    password: secretValue('The password: of SQL, of the credential NAME:PASSWORD of Iceberg clients, of the HTTP API.'),
    groups: z
      .array(z.string().regex(name, 'a group is letters, digits, ., _, @ and -, at most 63'))
      .default([])
      .describe("Groups that policies speak of as group('analysts')."),
    administrator: z.boolean().default(false).describe('Whether it may do everything, whatever policies say.'),
  }),
)
