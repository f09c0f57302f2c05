import { defineApi } from '../api.ts'
import { array, int16, int32, int8, string } from '../field.ts'

export const describeAclsApi = defineApi({
  key: 29,
  name: 'DescribeAcls',
  versions: [1, 3],
  flexibleSince: 2,
  request: {
    resourceTypeFilter: int8,
    resourceNameFilter: string.orNull().default(''),
    patternTypeFilter: int8.default(3),
    principalFilter: string.orNull().default(''),
    hostFilter: string.orNull().default(''),
    operation: int8,
    permissionType: int8,
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.orNull().default(''),
    resources: array({
      resourceType: int8,
      resourceName: string,
      patternType: int8.default(3),
      acls: array({
        principal: string,
        host: string,
        operation: int8,
        permissionType: int8,
      }),
    }),
  },
})
