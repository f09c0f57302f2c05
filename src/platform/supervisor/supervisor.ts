import { nodeFiles } from '../../kernel/files/node-files.ts'
import { mustBeOwnAddress } from './must-be-own-address.ts'
import { openDataDirectory } from './data-directory.ts'
import { removeEndpoints } from './endpoints.ts'
import { listenersOf } from './listeners.ts'
import { refuseOpenPorts } from './refuse-open-ports.ts'
import { startParts } from './start-parts.ts'
import type { Supervisor, SupervisorOptions } from './supervisor-options.ts'

/**
 * Starts Weir on a data directory and returns when every endpoint answers. What was started is stopped again, in the
 * opposite order, when a later step fails. WEIR-2001 when another Weir holds the directory, 2003 for a busy port, 2006 for
 * a format that is not known, 2009 for an address of another machine, 2008 for an open address without authentication.
 */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  await mustBeOwnAddress(options.host, `--host ${options.host}`)
  for (const { name, host } of listenersOf(options.project))
    await mustBeOwnAddress(host, `streams.listeners.${name}.host ${host}`)
  refuseOpenPorts(options)
  await using stack = new AsyncDisposableStack()
  const places = await openDataDirectory(options.dataDirectory, nodeFiles)
  stack.defer(() => places.release())
  options.onOwned?.()
  const started = await startParts(options, places, stack)
  const running = stack.move()
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => {
    // First of all, so that the file never names what does not answer any more (INV-P3).
    removeEndpoints(places.root)
    return running.disposeAsync()
  }
  return {
    ...started,
    stop: () => (stopping ??= stop()),
    kill() {
      removeEndpoints(places.root)
      started.kill()
    },
  }
}
