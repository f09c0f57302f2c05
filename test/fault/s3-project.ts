import { randomUUID } from 'node:crypto'
import { s3Server } from '../support/s3-store.ts'

/** A stream that is delivered into a table, whose files lie in a place of their own in the server's bucket. */
export interface S3Project {
  readonly text: string
  /** `s3://bucket/prefix` */
  readonly location: string
}

interface S3ProjectOptions {
  /** A proxy before the server. */
  readonly endpoint?: string
  readonly location?: string
  /** Further options of `objects`. */
  readonly objects?: string
  readonly workers?: number
}

/** The option `objects` of a project: a place of its own in the server's bucket, with a small cache. */
export function s3Objects(options: S3ProjectOptions = {}): { readonly text: string; readonly location: string } {
  const { endpoint, bucket } = s3Server()
  const { location = `s3://${bucket}/tests/${randomUUID()}`, objects = '' } = options
  const text = `objects: {
    location: '${location}',
    endpoint: '${options.endpoint ?? endpoint}',
    accessKeyId: secret('id', { fromEnv: 'AWS_ACCESS_KEY_ID' }),
    secretAccessKey: secret('key', { fromEnv: 'AWS_SECRET_ACCESS_KEY' }),
    cache: { size: '100 MB' },
    ${objects}
  },`
  return { text, location }
}

export function s3Project(options: S3ProjectOptions = {}): S3Project {
  const { workers = 2 } = options
  const objects = s3Objects(options)
  const text = `import { defineProject, delivery, secret, stream, table } from 'weir-data'
const values = stream('values', { partitions: 4, value: 'json' })
const kept = table('kept', {
  columns: { id: 'long', client: 'string', text: 'string' },
  properties: { 'compaction.min-input-files': '2' },
})
const load = delivery('load', { from: values, to: kept, workers: ${workers}, flush: { age: '2 s' } })
export default defineProject({
  name: 's3',
  resources: [values, kept, load],
  ${objects.text}
})
`
  return { text, location: objects.location }
}
