import { constants } from 'node:crypto'
import type { TlsOptions } from 'node:tls'
import type { Clock } from '../../../../kernel/clock.ts'
import type { Logger } from '../../../../kernel/logger.ts'
import type { TlsConfig } from './tls-config.ts'
import { readTlsFiles, type TlsFiles } from './tls-files.ts'

/** The TLS of a listener as it is now. */
export interface KeptTls {
  readonly config: TlsConfig
  /** For a server, and for `setSecureContext` of one that listens. */
  options(): TlsOptions
  /** Called when the files are others. */
  onChange(listener: () => void): void
  /** Reads the files again. What does not fit together is logged, and the old ones stay. */
  look(): Promise<void>
}

/** Whoever runs the log should hear of it before clients do. */
const endsSoonMs = 14 * 24 * 3_600_000

export interface TlsServices {
  readonly clock: Clock
  readonly logger: Logger
  readonly limits: { readonly handshakeMs: number }
}

/** WEIR-3021 when the files cannot be used now. */
export async function keepTls(
  name: string,
  config: TlsConfig,
  { clock, logger, limits }: TlsServices,
): Promise<KeptTls> {
  const listeners = new Set<() => void>()
  let files = await readTlsFiles(config)
  let trouble = ''
  warnOfEnd(files)

  function warnOfEnd({ endsAt }: TlsFiles): void {
    if (endsAt - clock.now() < endsSoonMs)
      logger.warn({ listener: name, endsAt: new Date(endsAt).toISOString() }, 'the certificate of a listener ends soon')
  }

  return {
    config,
    options: () => ({
      cert: files.cert,
      key: files.key,
      ca: files.ca,
      minVersion: config.minVersion,
      handshakeTimeout: limits.handshakeMs,
      requestCert: config.clients !== 'none',
      rejectUnauthorized: config.clients === 'required',
      // A ticket would outlive the authorities that its client was judged by.
      ...(config.clients === 'none' ? {} : { secureOptions: constants.SSL_OP_NO_TICKET }),
    }),
    onChange: (listener) => void listeners.add(listener),
    async look() {
      try {
        const read = await readTlsFiles(config)
        trouble = ''
        if (read.cert === files.cert && read.key === files.key && read.ca === files.ca) return
        files = read
        warnOfEnd(files)
        for (const listener of listeners) listener()
        logger.info({ listener: name }, 'new certificates are in use')
      } catch (error) {
        const { message } = error as Error
        if (message !== trouble) logger.error({ listener: name, err: error }, `${message}; the old ones stay in use`)
        trouble = message
      }
    },
  }
}
