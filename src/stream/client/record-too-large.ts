import { WeirError } from '../../kernel/errors/weir-error.ts'
import { kafkaErrors } from '../protocol/errors.ts'

/** What a broker would answer, said before the record is sent. */
export function recordTooLarge(topic: string, bytes: number, bytesMax: number): WeirError {
  return new WeirError(
    'WEIR-3103',
    `MESSAGE_TOO_LARGE: a record of ${bytes} bytes; max.message.bytes of topic ${topic} is ${bytesMax}. Send less in one record, or set max.message.bytes higher`,
    { details: { error: 'MESSAGE_TOO_LARGE', errorCode: kafkaErrors.MESSAGE_TOO_LARGE, recordBytes: bytes } },
  )
}

/** The same with its place in what is sent ("line 3"); any other error stays as it is. */
export function placed(place: string, error: unknown): unknown {
  if (!(error instanceof WeirError) || error.details['recordBytes'] === undefined) return error
  return new WeirError(error.code, `${place}: ${error.message}`, { cause: error, details: error.details })
}
