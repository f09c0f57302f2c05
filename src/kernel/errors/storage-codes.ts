import { defineCodes } from './code-definition.ts'

/** Files, object stores, the metadata database. */
export const storageCodes = defineCodes({
  'WEIR-8001': {
    kind: 'unavailable',
    cause: 'The disk is full.',
    remedy: 'Free space; work goes on by itself.',
    retryable: true,
  },
})
