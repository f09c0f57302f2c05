import { defineApi } from '../api.ts'
import { array, int16, int32, int8, string } from '../field.ts'

export const deleteAclsApi = defineApi({
  key: 31,
  name: 'DeleteAcls',
  versions: [1, 3],
  flexibleSince: 2,
  request: {
    filters: array({
      resourceTypeFilter: int8,
      resourceNameFilter: string.orNull().default(''),
      patternTypeFilter: int8.default(3),
      principalFilter: string.orNull().default(''),
      hostFilter: string.orNull().default(''),
      operation: int8,
      permissionType: int8,
    }),
  },
  response: {
    throttleTimeMs: int32,
    filterResults: array({
      errorCode: int16,
      errorMessage: string.orNull().default(''),
      matchingAcls: array({
        errorCode: int16,
        errorMessage: string.orNull().default(''),
        resourceType: int8,
        resourceName: string,
        patternType: int8.default(3),
        principal: string,
        host: string,
        operation: int8,
        permissionType: int8,
      }),
    }),
  },
})
