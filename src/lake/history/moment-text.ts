import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Moment } from './find-snapshot.ts'

/** A moment as people type it: a snapshot's id, the name of a branch or tag, or a time (ISO 8601, UTC without a zone). */
export function momentOfText(text: string): Moment {
  if (!/^\d{4}-\d{2}-\d{2}([T ]|$)/.test(text)) return { by: 'name', name: text }
  const zoned = /([zZ]|[+-]\d{2}:?\d{2})$/.test(text.slice(10)) ? text : `${text}${text.length === 10 ? 'T00:00' : ''}Z`
  const ms = Date.parse(zoned.replace(' ', 'T'))
  if (Number.isNaN(ms))
    throw new WeirError('WEIR-4010', `"${text}" is not a time; write it like 2026-11-28T09:00:00Z`, {
      details: { text },
    })
  return { by: 'time', microseconds: BigInt(ms) * 1000n }
}
