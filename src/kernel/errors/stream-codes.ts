import { defineCodes } from './code-definition.ts'

/** Streams and the Kafka protocol. */
export const streamCodes = defineCodes({
  'WEIR-3001': {
    kind: 'corrupt',
    cause: 'Bytes do not follow the Kafka protocol.',
    remedy: 'Check what connects to the Kafka port.',
  },
})
