import { choosePort } from './choose-port.ts'

export interface Ports {
  readonly kafka: number
  readonly postgres: number
  readonly http: number
  readonly notices: readonly string[]
}

export interface PortWishes {
  readonly host: string
  readonly kafkaPort: number
  readonly postgresPort: number
  readonly httpPort: number
  readonly nextFreePort: boolean
}

/** All three, each another one. */
export async function choosePorts(wishes: PortWishes): Promise<Ports> {
  const taken = new Set<number>()
  const notices: string[] = []
  const choose = async (option: string, port: number, host: string): Promise<number> => {
    const chosen = await choosePort({ option, host, port, nextFree: wishes.nextFreePort, taken })
    taken.add(chosen.port)
    if (chosen.notice !== undefined) notices.push(chosen.notice)
    return chosen.port
  }
  const kafka = await choose('--kafka-port', wishes.kafkaPort, '127.0.0.1')
  const postgres = await choose('--postgres-port', wishes.postgresPort, wishes.host)
  const http = await choose('--http-port', wishes.httpPort, wishes.host)
  return { kafka, postgres, http, notices }
}
