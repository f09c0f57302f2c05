import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { WeirError } from '../../../../kernel/errors/weir-error.ts'
import type { PemText, TlsConfig } from './tls-config.ts'

/** What is read of a listener's certificate, found to fit together. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
  readonly ca?: string
  /** When the first certificate ends, in milliseconds since the epoch. */
  readonly endsAt: number
}

/** WEIR-3021 for what cannot be read, is no PEM, or does not belong together. */
export async function readTlsFiles({ certificate, key, authorities }: TlsConfig): Promise<TlsFiles> {
  const [cert, privateKey, ca] = await Promise.all([
    readPem(certificate, 'CERTIFICATE'),
    readPem(key, 'PRIVATE KEY'),
    authorities && readPem(authorities, 'CERTIFICATE'),
  ])
  const own = attempt(certificate, () => new X509Certificate(cert))
  const parsedKey = attempt(key, () => createPrivateKey(privateKey))
  if (!own.checkPrivateKey(parsedKey))
    throw unusable(key, `it is not the key of the certificate in ${certificate.from}`)
  attempt(certificate, () => createSecureContext({ cert, key: privateKey }))
  if (ca !== undefined) attempt(authorities!, () => createSecureContext({ ca }))
  return { cert, key: privateKey, ...(ca === undefined ? {} : { ca }), endsAt: Date.parse(own.validTo) }
}

async function readPem(pem: PemText, kind: string): Promise<string> {
  const text = await pem.read().catch((error: Error) => {
    throw unusable(pem, `it cannot be read (${error.message})`)
  })
  if (!text.includes(`${kind}-----`)) throw unusable(pem, `it holds no ${kind} in PEM`)
  return text
}

function attempt<T>(pem: PemText, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw unusable(pem, (error as Error).message)
  }
}

function unusable({ from }: PemText, why: string): WeirError {
  return new WeirError('WEIR-3021', `${from} cannot be used for TLS: ${why}`, { details: { from } })
}
