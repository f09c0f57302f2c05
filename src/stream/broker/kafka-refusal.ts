import { kafkaErrors, type KafkaErrorName } from '../protocol/errors.ts'

/** Of one record of a produced batch, counted from 0. */
export interface RecordError {
  readonly batchIndex: number
  readonly batchIndexErrorMessage: string
}

/** A request, or a part of one, that is answered with an error of the Kafka protocol. The message is for people. */
export class KafkaRefusal extends Error {
  readonly errorName: KafkaErrorName
  readonly errorCode: number
  /** The records at fault, where some are. */
  readonly recordErrors: readonly RecordError[]

  constructor(errorName: KafkaErrorName, message: string, recordErrors: readonly RecordError[] = []) {
    super(message)
    this.name = 'KafkaRefusal'
    this.errorName = errorName
    this.errorCode = kafkaErrors[errorName]
    this.recordErrors = recordErrors
  }
}
