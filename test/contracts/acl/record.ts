import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Matrix } from './matrix.ts'

/** What Apache Kafka 4.3 told the users of the matrix: `WEIR_RECORD=1` with acl-matrix.kafka.test.ts writes it anew. */
export const matrixRecord = fileURLToPath(new URL('kafka-matrix.json', import.meta.url))

export function recordedMatrix(): Matrix {
  return JSON.parse(readFileSync(matrixRecord, 'utf8')) as Matrix
}
