import { kafkaErrors } from '../protocol/errors.ts'
import { isRefusal, isUnsupported } from './retry.ts'

/** What a broker may not have, or may not be asked for: undefined then. All else throws. */
export async function unlessUnsupported<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (isUnsupported(error) || absences.some((code) => isRefusal(error, code))) return undefined
    throw error
  }
}

const absences = [
  kafkaErrors.SECURITY_DISABLED,
  kafkaErrors.CLUSTER_AUTHORIZATION_FAILED,
  kafkaErrors.UNSUPPORTED_VERSION,
]
