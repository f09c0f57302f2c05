import type { ListenerConfig } from '../../src/stream/broker/security/listener-config.ts'
import { makeCertificate, oids } from './certificates.ts'

const certificate = makeCertificate({ subject: [[[oids.CN, 'log']]], addresses: ['127.0.0.1'] })
const text = (from: string, read: string) => ({ from, read: () => Promise.resolve(read) })

/** In PEM: whom clients of the listener trust. */
export const securedAuthority: string = certificate.cert

/** TLS on loopback, behind which a client logs in by whichever mechanism it likes. */
export const securedListener: ListenerConfig = {
  name: 'secured',
  host: '127.0.0.1',
  port: 0,
  sasl: { mechanisms: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] },
  tls: {
    certificate: text('log.pem', certificate.cert),
    key: text('log.key', certificate.key),
    clients: 'none',
    minVersion: 'TLSv1.2',
    principalRules: [],
  },
}
