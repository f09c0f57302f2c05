import { defineApi } from '../api.ts'
import { array, int16, int32, int8, string } from '../field.ts'

export const describeUserScramCredentialsApi = defineApi({
  key: 50,
  name: 'DescribeUserScramCredentials',
  versions: [0, 0],
  flexibleSince: 0,
  request: {
    users: array({
      name: string,
    })
      .orNull()
      .default([]),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.orNull().default(''),
    results: array({
      user: string,
      errorCode: int16,
      errorMessage: string.orNull().default(''),
      credentialInfos: array({
        mechanism: int8,
        iterations: int32,
      }),
    }),
  },
})
