import { z } from 'zod'
import { parseSize } from '../../kernel/units.ts'
import { path, size } from '../kinds/fields.ts'
import type { SecretSource } from '../kinds/secret/secret-source.ts'
import { secretValue } from './secret-value.ts'

export const s3Location = z
  .string()
  .regex(
    /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[^/?#]+)*\/?$/,
    'write it like s3://bucket/prefix; a bucket has 3 to 63 lower-case letters, digits, dots and hyphens',
  )

const keyId = z.union([z.string().min(1), secretValue('The id of the key.')])

interface GivenKeys {
  readonly accessKeyId?: unknown
  readonly secretAccessKey?: unknown
  readonly sessionToken?: unknown
}

/** Half a key would have its other half from the environment, and a token without keys goes nowhere: the SDK's chain brings its own. */
export function checkKeys({ accessKeyId, secretAccessKey, sessionToken }: GivenKeys, context: z.RefinementCtx): void {
  const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message })
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined))
    refuse('secretAccessKey', 'accessKeyId and secretAccessKey belong together')
  if (accessKeyId === undefined && sessionToken !== undefined)
    refuse('sessionToken', 'it belongs to temporary keys; set accessKeyId and secretAccessKey too, or leave it out')
}

export const keyFields = {
  accessKeyId: keyId
    .optional()
    .describe(
      'The id of the key, or a secret that holds it. Without it the usual chain of the AWS SDK: environment, profile, role.',
    ),
  secretAccessKey: secretValue('The key.').optional(),
  sessionToken: secretValue('With temporary keys: their token.').optional(),
}

export const serverFields = {
  endpoint: z.url().optional().describe("Of an S3 that is not Amazon's: https://minio.example.com:9000."),
  region: z
    .string()
    .min(1)
    .optional()
    .describe("The region of the bucket; the AWS SDK's own (AWS_REGION, the profile) without it."),
  pathStyle: z
    .boolean()
    .optional()
    .describe(
      'Asks https://host/bucket/key instead of https://bucket.host/key; true without it where an endpoint is named.',
    ),
}

/** The cache must hold a file of the usual size and those beside it. */
const cacheSizeMin = '100 MB'

export const objectsSchema = z.union([
  s3Location,
  z
    .strictObject({
      location: s3Location.describe('The bucket, and the prefix under which all lies: s3://bucket/prefix.'),
      ...serverFields,
      ...keyFields,
      cache: z
        .strictObject({
          directory: path()
            .optional()
            .describe(
              'Where copies of files lie, from the folder of the project; cache in the data directory without it.',
            ),
          size: size({ least: cacheSizeMin })
            .optional()
            .describe(
              'What the copies of one process may take: the SQL engine, the operator, and each worker of a delivery that recounts its table. 10 GB without it, 100 MB at least.',
            ),
        })
        .optional()
        .describe('Copies of the files that are read: DuckDB reads files of this machine.'),
      clients: z
        .strictObject({ ...keyFields })
        .refine((given) => given.accessKeyId !== undefined, {
          path: ['accessKeyId'],
          message: 'name the keys, or leave clients out',
        })
        .superRefine(checkKeys)
        .optional()
        .describe(
          'Keys that the catalog hands to Iceberg clients that ask for them (X-Iceberg-Access-Delegation: vended-credentials). None without it: clients use their own.',
        ),
    })
    .superRefine(checkKeys),
])

/** As it is run. JSON-safe, and without the secrets themselves. */
export interface ObjectSettings {
  /** `s3://bucket/prefix`, without a slash at its end. */
  readonly location: string
  readonly endpoint?: string
  readonly region?: string
  readonly pathStyle: boolean
  /** The SDK's usual chain without it. */
  readonly keys?: S3Keys
  readonly cacheDirectory?: string
  readonly cacheBytes?: number
  /** For Iceberg clients that ask. */
  readonly clientKeys?: S3Keys
}

export interface S3Keys {
  readonly accessKeyId: string | SecretSource
  readonly secretAccessKey: SecretSource
  readonly sessionToken?: SecretSource
}

/** Properties may be undefined: it becomes JSON next. */
export function objectSettings(given: z.output<typeof objectsSchema> | undefined) {
  if (given === undefined) return undefined
  const {
    location: place,
    endpoint,
    region,
    pathStyle,
    cache,
    clients,
    ...own
  } = typeof given === 'string' ? { location: given } : given
  return {
    location: place.replace(/\/$/, ''),
    endpoint,
    region,
    pathStyle: pathStyle ?? endpoint !== undefined,
    keys: keysOf(own),
    cacheDirectory: cache?.directory,
    cacheBytes: cache?.size === undefined ? undefined : parseSize(cache.size),
    clientKeys: keysOf(clients),
  }
}

export function keysOf(given: { readonly [key in keyof S3Keys]?: S3Keys[key] | undefined } | undefined) {
  return given?.accessKeyId === undefined ? undefined : given
}
