import { randomUUID } from 'node:crypto'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { under } from '../location.ts'
import { addressOf } from './address.ts'
import { addressIn, encodeKey, type BucketServer } from './bucket-request.ts'
import { clientOf } from './connect.ts'
import type { RequestSigner } from './request-signer.ts'
import type { S3Settings } from './s3-settings.ts'

/** Where nobody says a region, that of Amazon's address without one. */
const defaultRegion = 'us-east-1'

const silenceMsMax = 10_000

type Sign = RequestSigner['sign']

const unsigned = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }

/**
 * Signs as the store itself does, with its keys or those of its chain, which change while it runs. Before the first signature the server is
 * asked whether it keeps to what signatures cover: one that takes `x-amz-copy-source` beside them would copy whatever its keys may read.
 */
export async function openRequestSigner(
  location: string,
  settings: S3Settings,
  send: typeof fetch = fetch,
): Promise<RequestSigner> {
  const client = clientOf(settings)
  const region = await client.config.region().catch(() => defaultRegion)
  const { endpoint, pathStyle = false } = settings
  const { Bucket: bucket } = addressOf(under(location, ''))
  const server: BucketServer = { bucket, region, pathStyle, ...(endpoint === undefined ? {} : { endpoint }) }
  let isKept: Promise<void> | undefined
  const sign: Sign = async (parts) => {
    const { host, headers } = parts
    const signer = await client.config.signer()
    const given = { ...unsigned, ...headers, host }
    const { headers: signed } = await signer.sign(
      { ...parts, hostname: host, query: { ...parts.query }, headers: given },
      { signingRegion: region, signableHeaders: new Set([...Object.keys(given), ...ofSignature]) },
    )
    return Object.fromEntries(
      Object.entries(signed).filter(([name]) => name !== 'host' && !Object.hasOwn(headers, name)),
    )
  }
  return {
    server,
    sign: async (parts) => {
      isKept ??= mustKeepTo(location, server, sign, send).catch((error: unknown) => {
        isKept = undefined
        throw error
      })
      await isKept
      return sign(parts)
    },
  }
}

const ofSignature = ['x-amz-date', 'x-amz-security-token']

/**
 * Asks for a copy of what is not there, by a signature that covers no copy. Under the place of the tables, where the keys may write, 403 is the
 * answer of whoever looks at what is covered; any other is of one who was about to copy.
 */
async function mustKeepTo(location: string, server: BucketServer, sign: Sign, send: typeof fetch): Promise<void> {
  const { Bucket, Key } = addressOf(under(location, `.weir-check-${randomUUID()}`))
  const { uri, ...address } = addressIn(server, Key)
  const headers = { 'if-none-match': '*' }
  const signed = await sign({ method: 'PUT', query: {}, headers, ...address })
  const all = { ...headers, ...signed, 'x-amz-copy-source': `/${Bucket}/${encodeKey(Key)}.source` }
  const answer = await send(uri, {
    method: 'PUT',
    headers: all,
    redirect: 'manual',
    signal: AbortSignal.timeout(silenceMsMax),
  }).catch((cause: unknown) => {
    throw new WeirError('WEIR-8004', `the bucket of ${location} did not answer whether it keeps to signatures`, {
      cause,
    })
  })
  await answer.body?.cancel()
  if (answer.status === 403) return
  if (answer.status >= 500 || answer.status === 429)
    throw new WeirError(
      'WEIR-8004',
      `the bucket of ${location} answered ${answer.status} when asked whether it keeps to signatures`,
    )
  throw new WeirError(
    'WEIR-8010',
    `the bucket of ${location} takes x-amz-copy-source beside what is signed (it answered ${answer.status} and not 403), so that who gets one signature may copy what all keys may read. No requests are signed. Use a server that refuses it, as Amazon S3 does, or give clients keys of their own`,
  )
}
