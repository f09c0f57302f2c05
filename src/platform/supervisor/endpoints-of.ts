import type { ListenerPlace } from '../join/join-methods.ts'
import type { Project } from '../project/project.ts'
import type { ListenerSettings } from '../project/stream-settings.ts'
import type { Ports } from './choose-ports.ts'
import type { Endpoints } from './endpoints.ts'
import { listenersOf } from './listeners.ts'
import type { SupervisorOptions } from './supervisor-options.ts'

/** What clients are told. */
export function endpointsOf({ host, clock, project }: SupervisorOptions, ports: Ports): Endpoints {
  const http = `http://${urlHost(host)}:${ports.http}`
  const [listener] = listenersOf(project)
  return {
    kafka: listener ? kafkaEndpoint(listener, ports.listeners[0]!) : project.settings.streams!.bootstrap!.join(','),
    postgres: `postgres://weir@${urlHost(host)}:${ports.postgres}/weir`,
    http,
    iceberg: `${http}/iceberg`,
    pid: process.pid,
    started: new Date(clock.now()).toISOString(),
  }
}

/** What a worker that joins is told of the log; null where there is none. */
export function listenerOf(project: Project, ports: Ports): ListenerPlace | null {
  const [listener] = listenersOf(project)
  if (!listener) return null
  return {
    address: kafkaEndpoint(listener, ports.listeners[0]!),
    tls: listener.tls !== undefined,
    sasl: listener.sasl !== undefined,
  }
}

/** Of the first listener, as clients are told. */
function kafkaEndpoint({ host, advertisedHost, advertisedPort }: ListenerSettings, port: number): string {
  return `${urlHost(advertisedHost ?? host)}:${advertisedPort ?? port}`
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
