import { choosePort } from './choose-port.ts'

export interface Ports {
  /** Of each listener, in their order; none where streams lie in a Kafka of somebody else. */
  readonly listeners: readonly number[]
  readonly postgres: number
  readonly http: number
  readonly notices: readonly string[]
}

export interface PortWishes {
  readonly host: string
  readonly kafkaPort: number
  /** Of Kafka; the first has `kafkaPort` unless it has one of its own. */
  readonly listeners: readonly { readonly name: string; readonly host: string; readonly port?: number }[]
  readonly postgresPort: number
  readonly httpPort: number
  readonly nextFreePort: boolean
}

/** All three, each another one. */
export async function choosePorts(wishes: PortWishes): Promise<Ports> {
  const taken = new Map<number, string>()
  const notices: string[] = []
  const choose = async (option: string, port: number, host: string): Promise<number> => {
    const chosen = await choosePort({ option, host, port, nextFree: wishes.nextFreePort, taken })
    taken.set(chosen.port, option)
    if (chosen.notice !== undefined) notices.push(chosen.notice)
    return chosen.port
  }
  const listeners: number[] = []
  for (const [at, { name, host, port }] of wishes.listeners.entries()) {
    const option = at === 0 && port === undefined ? '--kafka-port' : `streams.listeners.${name}.port`
    listeners.push(await choose(option, port ?? (at === 0 ? wishes.kafkaPort : 0), host))
  }
  const postgres = await choose('--postgres-port', wishes.postgresPort, wishes.host)
  const http = await choose('--http-port', wishes.httpPort, wishes.host)
  return { listeners, postgres, http, notices }
}
