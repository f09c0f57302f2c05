import type { TLSSocket } from 'node:tls'
import { anonymous, user, type Principal } from '../principal.ts'
import { subjectOf } from './distinguished-name.ts'
import { nameBySubject, principalRule, type PrincipalRule } from './principal-rules.ts'
import type { TlsConfig } from './tls-config.ts'

/** Who a client is by its certificate; undefined for one that is nobody's, which is not let in. */
export type CertifiedUser = (socket: TLSSocket) => Principal | undefined

export function certifiedUser({ clients, principalRules }: TlsConfig): CertifiedUser {
  const rules: readonly PrincipalRule[] = principalRules.map(principalRule)
  return (socket) => {
    const certificate = clients === 'none' ? undefined : socket.getPeerX509Certificate()
    if (!certificate) return clients === 'required' ? undefined : anonymous
    if (!socket.authorized) return undefined
    const name = nameBySubject(subjectOf(certificate.raw), rules)
    return name === undefined ? undefined : user(name)
  }
}
