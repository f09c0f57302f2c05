import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

/** A certificate with its key, in PEM. */
export interface TestCertificate {
  readonly cert: string
  readonly key: string
  readonly issuer: Issuer
}

interface Issuer {
  readonly name: Buffer
  readonly key: KeyObject
}

/** One relative name: a type by its number, a text, and how that is encoded; several for one that has more than one part. */
export type NamePart = readonly (readonly [oid: string, text: string, tag?: number])[]

export interface CertificateOptions {
  /** In the order of the certificate: the country first. */
  readonly subject: readonly NamePart[]
  /** Signed by itself without one. */
  readonly by?: TestCertificate
  readonly days?: number
  readonly addresses?: readonly string[]
}

export const oids = {
  CN: '2.5.4.3',
  C: '2.5.4.6',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  email: '1.2.840.113549.1.9.1',
} as const

/** Makes a certificate without any other program: elliptic keys, DER by hand (X.690, RFC 5280). */
export function makeCertificate({ subject, by, days = 30, addresses = [] }: CertificateOptions): TestCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(subject.map((part) => der(0x31, part.map(attribute))))
  const issuer = by?.issuer ?? { name, key: privateKey }
  const tbs = sequence([
    der(0xa0, [integer(2)]),
    der(0x02, [Buffer.concat([Buffer.from([1]), randomBytes(8)])]),
    ecdsaWithSha256,
    issuer.name,
    sequence([time(-1), time(days)]),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, [sequence([...(by ? [] : [authority]), ...(addresses.length > 0 ? [alternatives(addresses)] : [])])]),
  ])
  const signature = sign('sha256', tbs, issuer.key)
  const cert = sequence([tbs, ecdsaWithSha256, der(0x03, [Buffer.from([0]), signature])])
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${cert.toString('base64').replaceAll(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    issuer: { name, key: privateKey },
  }
}

function der(tag: number, parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, Math.floor(length / 256), length % 256]
  return Buffer.concat([Buffer.from([tag, ...head]), content])
}

function sequence(parts: readonly Buffer[]): Buffer {
  return der(0x30, parts)
}

function integer(value: number): Buffer {
  return der(0x02, [Buffer.from([value])])
}

function identifier(oid: string): Buffer {
  const [first, second, ...rest] = oid.split('.').map(Number)
  const bytes = [first! * 40 + second!, ...rest].flatMap((value) => {
    const digits = [value % 128]
    for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) digits.unshift((left % 128) + 128)
    return digits
  })
  return der(0x06, [Buffer.from(bytes)])
}

/** UTF8String unless said otherwise. */
function attribute([oid, text, tag = 0x0c]: NamePart[number]): Buffer {
  const bytes = tag === 0x1e ? Buffer.from(text, 'utf16le').swap16() : Buffer.from(text)
  return sequence([identifier(oid), der(tag, [bytes])])
}

/** UTCTime, so many days from now. */
function time(days: number): Buffer {
  const text = new Date(Date.now() + days * 86_400_000).toISOString().replaceAll(/\D/g, '').slice(2, 14)
  return der(0x17, [Buffer.from(`${text}Z`)])
}

const ecdsaWithSha256 = sequence([identifier('1.2.840.10045.4.3.2')])
/** Basic constraints: it may sign others. */
const authority = sequence([
  identifier('2.5.29.19'),
  der(0x01, [Buffer.from([0xff])]),
  der(0x04, [sequence([der(0x01, [Buffer.from([0xff])])])]),
])

function alternatives(addresses: readonly string[]): Buffer {
  const names = addresses.map((address) =>
    /^[\d.]+$/.test(address)
      ? der(0x87, [Buffer.from(address.split('.').map(Number))])
      : der(0x82, [Buffer.from(address)]),
  )
  return sequence([identifier('2.5.29.17'), der(0x04, [sequence(names)])])
}
