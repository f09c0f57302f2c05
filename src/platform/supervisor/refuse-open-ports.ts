import { refuseOpenBind } from '../../kernel/refuse-open-bind.ts'
import { refuseOpenListener } from '../../stream/broker/security/refuse-open-listener.ts'
import { listenersOf } from './listeners.ts'
import type { SupervisorOptions } from './supervisor-options.ts'

/** WEIR-2008 when others would reach a port that asks nobody who he is, before any of them opens. */
export function refuseOpenPorts({ host, token, password, project }: SupervisorOptions): void {
  const lacking = [token === undefined ? 'WEIR_TOKEN' : '', password === undefined ? 'WEIR_PASSWORD' : ''].filter(
    Boolean,
  )
  refuseOpenBind({
    asked: `--host ${host}`,
    host,
    remedy: lacking.length === 0 ? undefined : `set ${lacking.join(' and ')}`,
  })
  for (const { name, host: at, sasl = [], tls } of listenersOf(project))
    refuseOpenListener({ name, host: at, mechanisms: sasl, clientCertificates: tls?.clientCertificates })
}
