import { kafkaErrors, type KafkaErrorName } from '../protocol/errors.ts'

/** A request, or a part of one, that is answered with an error of the Kafka protocol. The message is for people. */
export class KafkaRefusal extends Error {
  readonly errorName: KafkaErrorName
  readonly errorCode: number

  constructor(errorName: KafkaErrorName, message: string) {
    super(message)
    this.name = 'KafkaRefusal'
    this.errorName = errorName
    this.errorCode = kafkaErrors[errorName]
  }
}
