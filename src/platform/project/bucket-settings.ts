import { z } from 'zod'
import { checkKeys, keyFields, keysOf, s3Location, serverFields, type S3Keys } from './object-settings.ts'

const bucket = z.strictObject({ ...serverFields, ...keyFields }).superRefine(checkKeys)

export const bucketsSchema = z.record(s3Location, bucket)

/** A prefix that crawlers may read, as it is run. JSON-safe, and without the secrets themselves. */
export interface BucketSettings {
  /** `s3://bucket/prefix`, without a slash at its end. */
  readonly location: string
  readonly endpoint?: string
  readonly region?: string
  readonly pathStyle: boolean
  readonly keys?: S3Keys
}

/** Properties may be undefined: it becomes JSON next. */
export function bucketSettings(given: z.output<typeof bucketsSchema> | undefined) {
  return Object.entries(given ?? {}).map(([location, { endpoint, region, pathStyle, ...own }]) => ({
    location: location.replace(/\/$/, ''),
    endpoint,
    region,
    pathStyle: pathStyle ?? endpoint !== undefined,
    keys: keysOf(own),
  }))
}
