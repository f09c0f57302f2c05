import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Below the ports that Linux and macOS give to outgoing connections: what has to be free again after a restart must not
 * lie among those, where any client may sit on it meanwhile (even one that connects to itself).
 */
const lowest = 20_000
const highest = 32_000

/** Ports of loopback that are free now, each another one. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>()
  while (found.size < count) {
    const port = randomInt(lowest, highest)
    if (await isFreePort(port)) found.add(port)
  }
  return [...found]
}

export async function freePort(): Promise<number> {
  return (await freePorts(1))[0]!
}

export async function isFreePort(port: number): Promise<boolean> {
  const server = createServer()
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
