/** Headers as the REST protocol has them: names to values. */
export type ManyHeaders = Readonly<Record<string, readonly string[]>>

const headersMax = 64
const valueCharactersMax = 2048

/** Of those that S3 acts on, the ones that say how the bytes come, and nothing of whose they are, what they are copied from or who may read them. */
const signable: readonly (readonly [name: RegExp, value: RegExp])[] = [
  [/^x-amz-content-sha256$/, /^([0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-UNSIGNED-PAYLOAD-TRAILER)$/],
  [/^x-amz-checksum-[a-z0-9-]+$/, /^[\w+/=-]{1,128}$/],
  [/^x-amz-sdk-checksum-algorithm$/, /^\w{1,16}$/],
  // Java's SDK wants the MD5 behind what it gets.
  [/^x-amz-te$/, /^append-md5$/],
  [/^x-amz-trailer$/, /^x-amz-checksum-[a-z0-9-]+$/],
  [/^x-amz-decoded-content-length$/, /^\d{1,15}$/],
  [/^x-amz-mp-object-size$/, /^\d{1,15}$/],
  [/^x-amz-server-side-encryption$/, /^(AES256|aws:kms)$/],
  [/^x-amz-user-agent$/, /^[\u0020-\u007e]*$/],
  [/^content-(md5|type|encoding)$/, /^[\u0020-\u007e]*$/],
]

/** Set anew by whoever signs. */
export const replacedHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'x-amz-date',
  'x-amz-security-token',
  'host',
])

/**
 * The headers that a signature covers: all by which S3 would do something else than was judged. A text that says why not, for one that may
 * not be there. The others, a range, the name of the client, are not covered, for programs on the way may change them.
 */
export function signedHeaders(given: ManyHeaders, host: string): Readonly<Record<string, string>> | string {
  if (Object.keys(given).length > headersMax) return `it has more than ${headersMax} headers`
  const signed: Record<string, string> = {}
  const seen = new Set<string>()
  for (const [name, values] of Object.entries(given)) {
    const lower = name.toLowerCase()
    if (!/^[a-z0-9-]+$/.test(lower)) return `its header ${JSON.stringify(name)} is no name of a header`
    if (seen.has(lower)) return `its header ${lower} stands there twice`
    seen.add(lower)
    if (lower === 'host' && values.join() !== host) return `its header host is not that of its address, ${host}`
    if (replacedHeaders.has(lower)) continue
    const rule = signable.find(([names]) => names.test(lower))
    if (rule === undefined && !lower.startsWith('x-amz-')) continue
    const [value = '', ...more] = values
    const isRight = more.length === 0 && value.length <= valueCharactersMax && rule?.[1].test(value)
    if (!isRight) return `its header ${lower}: ${values.join(', ').slice(0, 200)} is not one that is signed`
    signed[lower] = value.trim()
  }
  return signed
}
