import type { Letter } from '../../../delivery/letters/letter.ts'
import type { ApiLetter } from '../../operations.ts'

/** A letter with its value as text. */
export function letterOf(delivery: string, letter: Letter): ApiLetter {
  const { source, partition, offset, timestamp, code, reason, value } = letter
  return {
    delivery,
    source,
    partition,
    offset,
    timestamp: new Date(timestamp).toISOString(),
    code,
    reason,
    value: value === null ? '' : Buffer.from(value, 'base64').toString('utf8'),
  }
}
