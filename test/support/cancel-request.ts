import { connect, type NetConnectOpts } from 'node:net'
import type pg from 'pg'

/** CancelRequest, as libpq sends it: on a connection of its own. Resolves when it was taken. */
export async function cancelRequest(target: NetConnectOpts, client: pg.Client): Promise<void> {
  const { processID, secretKey } = client as unknown as { readonly processID: number; readonly secretKey: number }
  const request = Buffer.alloc(16)
  request.writeInt32BE(16, 0)
  request.writeInt32BE(80_877_102, 4)
  request.writeInt32BE(processID, 8)
  request.writeInt32BE(secretKey, 12)
  const socket = connect(target)
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.once('close', () => resolve())
    socket.resume()
    socket.write(request)
  })
}
