import { defineCodes } from './code-definition.ts'

/** SQL and the PostgreSQL port. */
export const sqlCodes = defineCodes({
  'WEIR-6001': {
    kind: 'invalid',
    cause: 'This kind of statement is not allowed here.',
    remedy: 'Queries are; data comes in through streams and deliveries.',
  },
})
