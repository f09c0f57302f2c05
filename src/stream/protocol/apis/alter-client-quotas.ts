import { defineApi } from '../api.ts'
import { array, bool, float64, int16, int32, string } from '../field.ts'

export const alterClientQuotasApi = defineApi({
  key: 49,
  name: 'AlterClientQuotas',
  versions: [0, 1],
  flexibleSince: 1,
  request: {
    entries: array({
      entity: array({
        entityType: string,
        entityName: string.orNull().default(''),
      }),
      ops: array({
        key: string,
        value: float64,
        remove: bool,
      }),
    }),
    validateOnly: bool,
  },
  response: {
    throttleTimeMs: int32,
    entries: array({
      errorCode: int16,
      errorMessage: string.orNull().default(''),
      entity: array({
        entityType: string,
        entityName: string.orNull().default(''),
      }),
    }),
  },
})
