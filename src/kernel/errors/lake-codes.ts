import { defineCodes } from './code-definition.ts'

/** Iceberg tables and the catalog. */
export const lakeCodes = defineCodes({
  'WEIR-4001': {
    kind: 'not-found',
    cause: 'There is no such table.',
    remedy: 'weir get table lists the tables there are.',
  },
})
