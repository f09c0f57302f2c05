import { saslAuthenticateApi } from '../../protocol/apis/sasl-authenticate.ts'
import { saslHandshakeApi } from '../../protocol/apis/sasl-handshake.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import { handle, type Handler } from './handler.ts'

const errorCode = kafkaErrors.ILLEGAL_SASL_STATE

/** Where logging in is asked for, the session takes these requests; here they come from clients that need not, or already have. */
export function saslHandlers(): Handler[] {
  return [
    handle(saslHandshakeApi, () => ({ errorCode })),
    handle(saslAuthenticateApi, () => ({
      errorCode,
      errorMessage: 'SaslAuthenticate request received after successful authentication',
    })),
  ]
}
