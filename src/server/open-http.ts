import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { WeirError } from '../kernel/errors/weir-error.ts'
import type { OpenHttp } from '../platform/supervisor/supervisor-options.ts'
import { createHttpServer } from './create-http-server.ts'

/** Beside dist/server in the published package, in its workspace in a checkout. */
const consoleDirectory = ['../console', '../../console/dist']
  .map((place) => fileURLToPath(new URL(place, import.meta.url)))
  .find((place) => existsSync(`${place}/index.html`))

/** Listens with API, catalog and console. WEIR-2003 when the port is taken, WEIR-2008 for an open address without a token. */
export const openHttp: OpenHttp = async ({ port, ...parts }) => {
  const app = await createHttpServer({ ...parts, ...(consoleDirectory === undefined ? {} : { consoleDirectory }) })
  try {
    await app.listen({ host: parts.host, port })
  } catch (cause) {
    await app.close()
    if ((cause as { code?: string }).code === 'EADDRINUSE')
      throw new WeirError('WEIR-2003', `port ${port} is taken. Use --http-port, or stop its holder`, { cause })
    throw cause
  }
  return { port: (app.server.address() as { port: number }).port, stop: () => app.close() }
}
