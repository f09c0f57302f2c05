import { defineApi } from '../api.ts'
import { array, bool, int16, int32, int8, string } from '../field.ts'

export const alterConfigsApi = defineApi({
  key: 33,
  name: 'AlterConfigs',
  versions: [0, 2],
  flexibleSince: 2,
  request: {
    resources: array({
      resourceType: int8,
      resourceName: string,
      configs: array({
        name: string,
        value: string.orNull().default(''),
      }),
    }),
    validateOnly: bool,
  },
  response: {
    throttleTimeMs: int32,
    responses: array({
      errorCode: int16,
      errorMessage: string.orNull().default(''),
      resourceType: int8,
      resourceName: string,
    }),
  },
})
