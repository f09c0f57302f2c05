import { defineApi } from '../api.ts'
import { array, bool, float64, int16, int32, int8, string } from '../field.ts'

export const describeClientQuotasApi = defineApi({
  key: 48,
  name: 'DescribeClientQuotas',
  versions: [0, 1],
  flexibleSince: 1,
  request: {
    components: array({
      entityType: string,
      matchType: int8,
      match: string.orNull().default(''),
    }),
    strict: bool,
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.orNull().default(''),
    entries: array({
      entity: array({
        entityType: string,
        entityName: string.orNull().default(''),
      }),
      values: array({
        key: string,
        value: float64,
      }),
    })
      .orNull()
      .default([]),
  },
})
