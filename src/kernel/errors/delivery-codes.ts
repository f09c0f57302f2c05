import { defineCodes } from './code-definition.ts'

/** Deliveries, dead letters, the ledger. */
export const deliveryCodes = defineCodes({
  'WEIR-5001': {
    kind: 'invalid',
    cause: 'A record does not fit its table.',
    remedy: 'Correct the record or the table, then replay the dead letter.',
  },
})
