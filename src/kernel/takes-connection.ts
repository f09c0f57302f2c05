import { connect } from 'node:net'

/** Whether somebody takes a connection there in time. */
export function takesConnection({ hostname, port }: URL, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replaceAll(/^\[|\]$/g, ''), port: Number(port), timeout: timeoutMs })
    const end = (isTaken: boolean) => () => (socket.destroy(), resolve(isTaken))
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false))
  })
}
