import { defineCodes } from './code-definition.ts'

/** Errors that nobody foresaw. */
export const internalCodes = defineCodes({
  'WEIR-9001': {
    kind: 'internal',
    cause: 'An error that Weir did not foresee.',
    remedy: 'Report it with the lines that weir logs shows.',
  },
})
