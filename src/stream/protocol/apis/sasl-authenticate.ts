import { defineApi } from '../api.ts'
import { bytes, int16, int64, string } from '../field.ts'

export const saslAuthenticateApi = defineApi({
  key: 36,
  name: 'SaslAuthenticate',
  versions: [0, 2],
  flexibleSince: 2,
  request: {
    authBytes: bytes,
  },
  response: {
    errorCode: int16,
    errorMessage: string.orNull().default(''),
    authBytes: bytes,
    sessionLifetimeMs: int64.since(1),
  },
})
