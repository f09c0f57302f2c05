import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { isLoopback, refuseOpenBind } from '../../../kernel/refuse-open-bind.ts'

/** As much of a listener as is asked here. */
interface AskedListener {
  readonly name: string
  readonly host: string
  readonly mechanisms: readonly string[]
  /** Undefined without TLS. */
  readonly clientCertificates: 'none' | 'optional' | 'required' | undefined
}

/** WEIR-2008 for a listener that others reach and that asks nobody, or that asks for passwords in the clear. */
export function refuseOpenListener({ name, host, mechanisms, clientCertificates }: AskedListener): void {
  const asked = `listener "${name}" on ${host}`
  const isAuthenticated = mechanisms.length > 0 || clientCertificates === 'required'
  refuseOpenBind({
    asked,
    host,
    remedy: isAuthenticated ? undefined : "set sasl: ['SCRAM-SHA-512'], or tls with clientCertificates: 'required'",
  })
  if (isLoopback(host) || clientCertificates !== undefined || !mechanisms.includes('PLAIN')) return
  throw new WeirError(
    'WEIR-2008',
    `${asked} is reached by others, and PLAIN would send passwords in the clear: give it tls, or take PLAIN out of sasl`,
  )
}
