import { defineApi } from '../api.ts'
import { array, bool, int16, int32, int8, string } from '../field.ts'

export const describeConfigsApi = defineApi({
  key: 32,
  name: 'DescribeConfigs',
  versions: [1, 4],
  flexibleSince: 4,
  request: {
    resources: array({
      resourceType: int8,
      resourceName: string,
      configurationKeys: array(string).orNull().default([]),
    }),
    includeSynonyms: bool,
    includeDocumentation: bool.since(3),
  },
  response: {
    throttleTimeMs: int32,
    results: array({
      errorCode: int16,
      errorMessage: string.orNull().default(''),
      resourceType: int8,
      resourceName: string,
      configs: array({
        name: string,
        value: string.orNull().default(''),
        readOnly: bool,
        configSource: int8.default(-1),
        isSensitive: bool,
        synonyms: array({
          name: string,
          value: string.orNull().default(''),
          source: int8,
        }),
        configType: int8.since(3),
        documentation: string.since(3).orNull().default(''),
      }),
    }),
  },
})
