import { chmod, rm } from 'node:fs/promises'
import type { ApiServices } from './apis/services.ts'
import type { BrokerConfig } from './broker.ts'
import { listenForKafka, type KafkaServer, type Listener, type ServerOptions } from './network/server.ts'
import { createAdmission } from './security/admission.ts'
import { openSession } from './security/client-session.ts'
import { anonymous, internal, type Principal } from './security/principal.ts'
import { createClientQuotas } from './security/quotas/client-quotas.ts'
import { createRequestGate, type GateServices } from './security/request-gate.ts'
import { internalAddress } from '../internal-address.ts'

/** Opens the ports of the log, and the socket of Weir's own parts. What was opened is closed again when one of them fails. */
export async function openListeners(
  config: BrokerConfig,
  api: ApiServices,
  options: ServerOptions,
): Promise<KafkaServer> {
  const open: KafkaServer[] = []
  const close = async (): Promise<void> => void (await Promise.all(open.map((server) => server.close())))
  try {
    open.push(await listenForKafka(publicListener(config, api, options), options))
    if (config.internalSocket !== undefined) open.push(await listenInside(config.internalSocket, api, options))
  } catch (error) {
    await close()
    throw error
  }
  return {
    port: open[0]!.port,
    get connections() {
      return open.reduce((sum, { connections }) => sum + connections, 0)
    },
    close,
  }
}

function publicListener(config: BrokerConfig, api: ApiServices, { limits }: ServerOptions): Listener {
  const { host, port, advertisedHost = host } = config
  const services = gateServices(api)
  return {
    at: { host, port },
    admission: createAdmission({ connectionsMax: limits.connectionsMax, loggingInMax: limits.connectionsMax / 2 }),
    client: (_, from, bound) => ({
      ...clientAs(anonymous, from, limits.requestBytesMax, services),
      advertised: { host: advertisedHost, port: config.advertisedPort ?? bound },
    }),
  }
}

/** Only this user comes in: the folder is closed to others, and so is the socket. */
async function listenInside(path: string, api: ApiServices, options: ServerOptions): Promise<KafkaServer> {
  const { connectionsMax, requestBytesMax } = options.limits
  const services = gateServices(api)
  // What a predecessor left behind that was killed.
  await rm(path, { force: true })
  const server = await listenForKafka(
    {
      at: { path },
      admission: createAdmission({ connectionsMax, loggingInMax: connectionsMax }),
      client: () => ({
        ...clientAs(internal, 'internal', requestBytesMax, services),
        advertised: internalAddress(path),
      }),
    },
    options,
  )
  await chmod(path, 0o600)
  return server
}

function clientAs(principal: Principal, host: string, requestBytesMax: number, services: GateServices) {
  return {
    session: openSession(principal, requestBytesMax),
    gate: (mute: (ms: number) => void) => createRequestGate({ principal: () => principal, host, mute }, services),
  }
}

function gateServices({ topics, clock, autoCreateTopics }: ApiServices): GateServices {
  const monotonic = (): number => clock.monotonic()
  return {
    authorizer: () => undefined,
    quotas: createClientQuotas(monotonic),
    scene: {
      autoCreateTopics,
      topicExists: (name) => topics.get(name) !== undefined,
      topicName: (id) => topics.byId(id)?.name,
    },
    monotonic,
    onDenial: () => undefined,
    onThrottle: () => undefined,
  }
}
