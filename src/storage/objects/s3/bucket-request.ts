/** Where a bucket answers, and how requests name it. */
export interface BucketServer {
  readonly bucket: string
  /** `https://host:port`; Amazon's S3 without it. */
  readonly endpoint?: string
  readonly region: string
  /** `https://host/bucket/key` instead of `https://bucket.host/key`. */
  readonly pathStyle: boolean
}

/** What an address of S3 names; it says so in one way only, to us and to the server. */
export interface BucketRequest {
  readonly protocol: 'http:' | 'https:'
  /** With its port, unless that is the protocol's own. */
  readonly host: string
  /** As it stands in the address. */
  readonly path: string
  /** Raw text; empty for the bucket itself. */
  readonly key: string
  /** Each name once. */
  readonly query: Readonly<Record<string, string>>
}

const uriCharactersMax = 8192
const parametersMax = 20

/**
 * Reads the address of a request to this bucket; a text that says why not, for one that is to another place, or that a server could read in
 * another way: each part must be percent-encoded as SigV4 has it (RFC 3986, capitals), with no empty, `.` or `..` part, and no name twice.
 */
export function readBucketRequest(uri: string, server: BucketServer): BucketRequest | string {
  if (uri.length > uriCharactersMax) return `its address has more than ${uriCharactersMax} characters`
  const [, protocol, host, path, search] = /^(https?:)\/\/([a-z0-9.:[\]-]+)(\/[^?#]*)?(?:\?([^#]*))?$/i.exec(uri) ?? []
  if (protocol === undefined || host === undefined) return 'its address is no plain http or https address'
  const place = placesOf(server).find((one) => one.protocol === protocol && one.host === host)
  if (place === undefined)
    return `it is to ${protocol}//${host}, and the bucket ${server.bucket} is at ${placesOf(server)
      .map((one) => `${one.protocol}//${one.host}${one.inPath ? `/${server.bucket}` : ''}`)
      .join(' or ')}`
  const key = readKey(path ?? '/', place.inPath ? server.bucket : undefined)
  if (typeof key !== 'object') return key
  const query = readQuery(search)
  if (typeof query === 'string') return query
  return { protocol: place.protocol, host, path: path ?? '/', key: key.key, query }
}

/** The address of an object there, as `readBucketRequest` reads it. */
export function addressIn(
  server: BucketServer,
  key: string,
): Pick<BucketRequest, 'protocol' | 'host' | 'path'> & { readonly uri: string } {
  const { protocol, host, inPath } = placesOf(server)[0]!
  const path = `${inPath ? `/${server.bucket}` : ''}/${encodeKey(key)}`
  return { protocol, host, path, uri: `${protocol}//${host}${path}` }
}

export function encodeKey(key: string): string {
  return key.split('/').map(encodePart).join('/')
}

interface Place {
  readonly protocol: BucketRequest['protocol']
  readonly host: string
  /** Whether the path begins with the bucket. */
  readonly inPath: boolean
}

/**
 * Of a server of somebody else, only the style that the project names: what is a bucket in the name of the host to one server is none to
 * another, and then the path would name it. Amazon's tells both apart by the host.
 */
function placesOf({ bucket, endpoint, region, pathStyle }: BucketServer): readonly Place[] {
  if (endpoint !== undefined) {
    const { protocol, host } = new URL(endpoint)
    return [
      { protocol: protocol as Place['protocol'], host: pathStyle ? host : `${bucket}.${host}`, inPath: pathStyle },
    ]
  }
  return [`s3.${region}.amazonaws.com`, 's3.amazonaws.com'].flatMap((host) => [
    { protocol: 'https:' as const, host: `${bucket}.${host}`, inPath: false },
    { protocol: 'https:' as const, host, inPath: true },
  ])
}

function readKey(path: string, bucket: string | undefined): { readonly key: string } | string {
  const parts = path.slice(1).split('/').map(readPart)
  // A slash that is encoded is a part of a name to some servers and parts names to others.
  if (parts.some((part) => part === undefined || part.includes('/')))
    return `its path ${path} is not percent-encoded in the one way that S3 signs`
  if (bucket !== undefined && parts.shift() !== bucket) return `it is to another bucket than ${bucket}`
  const isBucket = parts.length === 0 || (parts.length === 1 && parts[0] === '')
  if (isBucket) return { key: '' }
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    return `its path ${path} has a part that is empty, . or ..`
  return { key: parts.join('/') }
}

function readQuery(search: string | undefined): Readonly<Record<string, string>> | string {
  if (search === undefined || search === '') return {}
  const pairs = search.split('&')
  if (pairs.length > parametersMax) return `its address has more than ${parametersMax} parameters`
  const query: Record<string, string> = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const [name, value] = (at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]).map(readPart)
    if (name === undefined || name === '' || value === undefined)
      return `its parameter ${pair} is not percent-encoded in the one way that S3 signs`
    if (Object.hasOwn(query, name)) return `its parameter ${name} stands there twice`
    query[name] = value
  }
  return query
}

/** Undefined for what another reader could decode to another text. */
function readPart(text: string): string | undefined {
  if (!/^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*$/.test(text)) return undefined
  try {
    const decoded = decodeURIComponent(text)
    // oxlint-disable-next-line no-control-regex -- a line break in a key is a header to a careless server
    return encodePart(decoded) === text && !/[\u0000-\u001f\u007f\\]/.test(decoded) ? decoded : undefined
  } catch {
    return undefined
  }
}

function encodePart(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
