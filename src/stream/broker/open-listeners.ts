import { chmod, rm } from 'node:fs/promises'
import { internalAddress } from '../internal-address.ts'
import type { ApiServices } from './apis/services.ts'
import type { BrokerConfig } from './broker.ts'
import { listenForKafka, type KafkaServer, type Listener, type ServerOptions } from './network/server.ts'
import { createAdmission, type Admission } from './security/admission.ts'
import { openSession, type ClientSession } from './security/client-session.ts'
import type { ListenerConfig } from './security/listener-config.ts'
import { anonymous, internal } from './security/principal.ts'
import { refuseOpenListener } from './security/refuse-open-listener.ts'
import { createRequestGate, type GateServices } from './security/request-gate.ts'
import type { TLSSocket } from 'node:tls'
import { certifiedUser } from './security/tls/certified-user.ts'
import { keepTls, type KeptTls } from './security/tls/kept-tls.ts'
import { saslSession } from './security/sasl/sasl-session.ts'

/** All that is listened on. */
export interface KafkaServers {
  /** Of the listeners, in their order. */
  readonly ports: readonly number[]
  readonly connections: number
  /** Takes new certificates in, if there are any. */
  lookAtCertificates(): Promise<void>
  close(): Promise<void>
}

/** Opens the ports of the log, and the socket of Weir's own parts. What was opened is closed again when one of them fails. */
export async function openListeners(
  config: BrokerConfig,
  api: ApiServices,
  options: ServerOptions,
): Promise<KafkaServers> {
  const open: KafkaServer[] = []
  const close = async (): Promise<void> => void (await Promise.all(open.map((server) => server.close())))
  const { connectionsMax } = options.limits
  const admission = createAdmission({ connectionsMax, loggingInMax: connectionsMax / 2 })
  const services = gateServices(api)
  const listeners = config.listeners ?? [{ host: '127.0.0.1', port: 0, ...config, name: 'kafka' }]
  const kept: KeptTls[] = []
  async function tlsOf({ name, tls }: ListenerConfig): Promise<KeptTls | undefined> {
    if (!tls) return undefined
    const files = await keepTls(name, tls, options)
    kept.push(files)
    return files
  }
  for (const { name, host, sasl, tls } of listeners)
    refuseOpenListener({ name, host, mechanisms: sasl?.mechanisms ?? [], clientCertificates: tls?.clients })
  try {
    for (const listener of listeners)
      open.push(
        await listenForKafka(publicListener(listener, await tlsOf(listener), api, admission, services), options),
      )
    if (config.internalSocket !== undefined) open.push(await listenInside(config.internalSocket, services, options))
  } catch (error) {
    await close()
    throw error
  }
  const ports = open.slice(0, listeners.length).map(({ port }) => port)
  return {
    ports,
    get connections() {
      return open.reduce((sum, { connections }) => sum + connections, 0)
    },
    lookAtCertificates: async () => void (await Promise.all(kept.map((tls) => tls.look()))),
    close,
  }
}

function publicListener(
  { host, port, advertisedHost = host, advertisedPort, sasl }: ListenerConfig,
  tls: KeptTls | undefined,
  { security, limits: { requestBytesMax } }: ApiServices,
  admission: Admission,
  services: GateServices,
): Listener {
  const logins = sasl && security.sasl(sasl, requestBytesMax)
  const certified = tls && certifiedUser(tls.config)
  return {
    at: { host, port },
    tls,
    admission,
    client(socket, from, bound) {
      const principal = certified ? certified(socket as TLSSocket) : anonymous
      if (!principal) return undefined
      const session = logins ? saslSession(from, logins) : openSession(principal, requestBytesMax)
      return {
        ...gated(session, from, services),
        advertised: { host: advertisedHost, port: advertisedPort ?? bound },
      }
    },
  }
}

/** Only this user comes in: the folder is closed to others, and so is the socket. */
async function listenInside(path: string, services: GateServices, options: ServerOptions): Promise<KafkaServer> {
  const { connectionsMax, requestBytesMax } = options.limits
  // What a predecessor left behind that was killed.
  await rm(path, { force: true })
  const server = await listenForKafka(
    {
      at: { path },
      // Of its own: whoever crowds the ports does not keep Weir out.
      admission: createAdmission({ connectionsMax, loggingInMax: connectionsMax }),
      client: () => ({
        ...gated(openSession(internal, requestBytesMax), 'internal', services),
        advertised: internalAddress(path),
      }),
    },
    options,
  )
  await chmod(path, 0o600)
  return server
}

function gated(session: ClientSession, host: string, services: GateServices) {
  return {
    session,
    gate: (mute: (ms: number) => void) =>
      createRequestGate({ principal: () => session.principal, host, mute }, services),
  }
}

function gateServices({ topics, clock, autoCreateTopics, security }: ApiServices): GateServices {
  return {
    authorizer: () => security.authorizer(),
    quotas: security.quotas,
    scene: {
      autoCreateTopics,
      topicExists: (name) => topics.get(name) !== undefined,
      topicName: (id) => topics.byId(id)?.name,
    },
    monotonic: () => clock.monotonic(),
    onDenial: (denial, api) => security.log.onDenial(denial, api),
    onThrottle: security.log.onThrottle,
  }
}
