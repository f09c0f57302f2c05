import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { holderOfPort } from './port-holder.ts'

export interface PortWish {
  /** As on the command line: `--kafka-port`. */
  readonly option: string
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  /** Take the next free one instead of failing. */
  readonly nextFree: boolean
  /** Already given to other endpoints of ours, with the option of each. */
  readonly taken: ReadonlyMap<number, string>
}

const attempts = 100
/**
 * Below the ports that Linux and macOS give to outgoing connections: between the choice of a port and its opening any client could
 * come to sit on one of those.
 */
const anyPort = { lowest: 20_000, below: 32_000 } as const

/** A port that is free now, and what to tell the user when it is another one than asked for. WEIR-2003 when it is busy. */
export async function choosePort(wish: PortWish): Promise<{ readonly port: number; readonly notice?: string }> {
  const { option, host, port, nextFree, taken } = wish
  if (port === 0) return { port: await anyFreePort(wish) }
  for (let candidate = port; candidate < port + attempts && candidate <= 65_535; candidate++) {
    const free = taken.has(candidate) ? undefined : await listenOnce(host, candidate, option)
    if (free !== undefined && candidate === port) return { port: free }
    if (free !== undefined)
      return { port: free, notice: `port ${port} is taken${by(port)}; ${option} is ${free} this time` }
    if (!nextFree && taken.has(candidate))
      throw new WeirError(
        'WEIR-2003',
        `port ${port} is that of ${taken.get(candidate)} too. Use ${option} with another one`,
        { details: { option, port } },
      )
    if (!nextFree)
      throw new WeirError('WEIR-2003', `port ${port} is taken${by(port)}. Use ${option}, or stop it`, {
        details: { option, port },
      })
  }
  throw new WeirError('WEIR-2003', `no free port was found from ${port} on. Use ${option}`, {
    details: { option, port },
  })
}

async function anyFreePort({ option, host, taken }: PortWish): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const candidate = randomInt(anyPort.lowest, anyPort.below)
    const free = taken.has(candidate) ? undefined : await listenOnce(host, candidate, option)
    if (free !== undefined) return free
  }
  throw new WeirError(
    'WEIR-2003',
    `no free port was found between ${anyPort.lowest} and ${anyPort.below}. Use ${option}`,
    {
      details: { option, port: 0 },
    },
  )
}

function by(port: number): string {
  const holder = holderOfPort(port)
  return holder ? ` by ${holder}` : ''
}

/** The port when it can be listened on; undefined when it is taken. */
function listenOnce(host: string, port: number, option: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') return resolve(undefined)
      reject(
        new WeirError('WEIR-2003', `cannot listen on ${host}:${port} (${error.code}). Use ${option}`, { cause: error }),
      )
    })
    server.listen({ host, port, exclusive: true }, () => {
      const { port: given } = server.address() as { port: number }
      server.close(() => resolve(given))
    })
  })
}
