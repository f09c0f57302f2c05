import { defineCodes } from './code-definition.ts'

/** Resources and the HTTP API. */
export const controlCodes = defineCodes({
  'WEIR-7001': { kind: 'not-found', cause: 'There is no such resource.', remedy: 'weir get KIND lists what there is.' },
})
