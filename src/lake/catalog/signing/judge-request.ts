import { restUnder, under } from '../../../storage/objects/location.ts'
import { readBucketRequest, type BucketServer } from '../../../storage/objects/s3/bucket-request.ts'
import type { SignedParts } from '../../../storage/objects/s3/request-signer.ts'
import { formOf, type RequestForm } from './request-forms.ts'
import { signedHeaders, type ManyHeaders } from './signed-headers.ts'

/** A request that a client wants to send to the store of the tables. */
export interface AskedRequest {
  readonly method: string
  readonly uri: string
  readonly headers: ManyHeaders
}

/** Folders of a table that hold what its readers read. Beside them lies what is Weir's own: states of deliveries, dead letters. */
const folders = ['data', 'metadata']

/**
 * What of a request to the files of the table at `location` is to be signed; a text that says why it is not signed. What it covers is all
 * that was judged, so that nothing else can be sent by it.
 */
export function judgeRequest(asked: AskedRequest, location: string, server: BucketServer): SignedParts | string {
  const read = readBucketRequest(asked.uri, server)
  if (typeof read === 'string') return read
  const { protocol, host, path, key, query } = read
  const form = formOf(asked.method, key === '' ? 'list' : 'object', query)
  if (form === undefined)
    return `${asked.method} ${described(key, query)} is no request that is signed${hintOf(asked.method, query)}`
  const outside = outsideOf(form, key === '' ? query['prefix']! : key, location, server.bucket)
  if (outside !== undefined) return outside
  const headers = signedHeaders(asked.headers, host)
  if (typeof headers === 'string') return headers
  return {
    method: form.method,
    protocol,
    host,
    path,
    query,
    // What is there stays as it is, whatever the client would rather have.
    headers: form.creates === true ? { ...headers, 'if-none-match': '*' } : headers,
  }
}

function outsideOf(form: RequestForm, key: string, location: string, bucket: string): string | undefined {
  const file = `s3://${bucket}/${key}`
  const rest = restUnder(location, file)
  if (rest === undefined) return `${file} does not lie under ${under(location, '')}`
  const [folder = '', ...names] = rest.split('/')
  // A prefix is compared with names as text, and servers over a file system read it as a path.
  if (names.slice(0, -1).includes('') || names.some((name) => /^(\.|%2e){1,2}$/i.test(name)))
    return `${file} has a part that is empty, . or ..`
  if (names.length === 0 || !folders.includes(folder))
    return `${file} lies in none of the folders ${folders.join(' and ')} of ${location}`
  if (form.action === 'table:write' && names.includes('_delta_log'))
    return `${file} is of the log of a Delta table, which commits write`
  return undefined
}

function described(key: string, query: Readonly<Record<string, string>>): string {
  const names = Object.keys(query)
  return `${key === '' ? 'of the bucket' : `of ${key}`}${names.length === 0 ? '' : ` with ${names.join(', ')}`}`
}

function hintOf(method: string, query: Readonly<Record<string, string>>): string {
  const removes = method === 'DELETE' || (method === 'POST' && 'delete' in query)
  return removes ? ': files are removed by the maintenance of Weir, and by dropping a table with purge' : ''
}
