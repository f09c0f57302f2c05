import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { ProducerOptions } from './producer.ts'

/** The options with their defaults; WEIR-1003 for those that do not go together. */
export function producerSettings(options: ProducerOptions) {
  const acks = options.acks ?? 'all'
  const idempotent = options.idempotent ?? acks === 'all'
  if (idempotent && acks !== 'all')
    throw new WeirError('WEIR-1003', `a producer with idempotent: true needs acks 'all', not '${acks}'`)
  if (!idempotent && options.continues)
    throw new WeirError('WEIR-1003', 'a producer that continues another one needs idempotent: true')
  const inFlightMax = options.inFlightMax ?? 5
  if (inFlightMax < 1 || inFlightMax > 5)
    throw new WeirError('WEIR-1003', `inFlightMax is ${inFlightMax}; a producer takes 1 to 5`)
  return {
    topic: options.topic,
    acks,
    idempotent,
    inFlightMax,
    lingerMs: options.lingerMs ?? 5,
    batchBytesMax: options.batchBytesMax ?? 900_000,
    recordBytesMax: options.recordBytesMax ?? Infinity,
    bufferBytesMax: options.bufferBytesMax ?? 32 * 1024 * 1024,
    compression: options.compression ?? 'none',
    deadlineMs: options.deadlineMs ?? 120_000,
  } as const
}
