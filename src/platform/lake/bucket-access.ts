import { WeirError } from '../../kernel/errors/weir-error.ts'
import { liesUnder, schemeOf } from '../../storage/objects/location.ts'
import type { S3Keys } from '../project/object-settings.ts'
import type { ProjectSettings } from '../project/project.ts'

/** How the bucket of a crawler is reached. JSON-safe, and without the secrets themselves. */
export type BucketReach = {
  readonly endpoint?: string
  readonly region?: string
  readonly pathStyle: boolean
  readonly keys?: S3Keys
}

type Places = Pick<ProjectSettings, 'objects' | 'buckets'>

/**
 * The settings by which a crawler reads `s3://bucket/prefix`: of the longest prefix that `buckets` names, else those of `objects` for the
 * same bucket. WEIR-4022 for a place that the project does not name, and for Weir's own tables. `isDeclared`: by the project's file; who
 * may use the API reads what `buckets` names and nothing else.
 */
export function bucketAccessOf(
  crawler: string,
  location: string,
  { objects, buckets = [] }: Places,
  isDeclared: boolean,
): BucketReach {
  const refuse = (why: string): WeirError => new WeirError('WEIR-4022', `crawler "${crawler}": ${why}`)
  if (objects && (isInside(objects.location, location) || isInside(location, objects.location)))
    throw refuse(
      `${location} and the place of Weir's own tables, ${objects.location}, hold each other. Name a prefix beside it`,
    )
  const [named] = buckets
    .filter((bucket) => isInside(bucket.location, location))
    .toSorted((a, b) => b.location.length - a.location.length)
  if (named) {
    const { location: _, ...reach } = named
    return reach
  }
  const isBeside = objects !== undefined && bucketOf(objects.location) === bucketOf(location)
  if (!isBeside)
    throw refuse(
      `the project does not say how ${location} is reached. Name it: buckets: { '${bucketOf(location)}': {} }`,
    )
  if (!isDeclared)
    throw refuse(
      `${location} lies beside the project's tables, which only the project file may say. Name it in buckets`,
    )
  const { endpoint, region, pathStyle, keys } = objects
  return {
    pathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(keys === undefined ? {} : { keys }),
  }
}

export function isInBucket(path: string): boolean {
  return schemeOf(path) === 's3'
}

function isInside(prefix: string, location: string): boolean {
  return prefix === location || liesUnder(prefix, location)
}

function bucketOf(location: string): string {
  return location.split('/').slice(0, 3).join('/')
}
