import assert from 'node:assert/strict'
import { createServer, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { choosePort } from './choose-port.ts'

const host = '127.0.0.1'
const option = '--kafka-port'

async function busyPort(): Promise<{ port: number; close: () => void }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

void test('a busy port is refused with the option and its holder', async () => {
  const busy = await busyPort()
  await assert.rejects(
    choosePort({ option, host, port: busy.port, nextFree: false, taken: new Map() }),
    (error: Error) => {
      assert.match(error.message, new RegExp(`port ${busy.port} is taken`))
      assert.match(error.message, /Use --kafka-port, or stop it/)
      if (process.platform === 'linux') assert.match(error.message, new RegExp(`by process ${process.pid} \\(`))
      return true
    },
  )
  busy.close()
})

void test('a port that another endpoint of this Weir has is said so', async () => {
  const wish = {
    option: '--http-port',
    host,
    port: 20_001,
    nextFree: false,
    taken: new Map([[20_001, '--kafka-port']]),
  }
  await assert.rejects(choosePort(wish), {
    message: /port 20001 is that of --kafka-port too\. Use --http-port with another/,
  })
})

void test('where the next free port is wanted it is taken, and said', async () => {
  const busy = await busyPort()
  const chosen = await choosePort({ option, host, port: busy.port, nextFree: true, taken: new Map() })
  assert.ok(chosen.port > busy.port)
  assert.match(chosen.notice ?? '', new RegExp(`port ${busy.port} is taken.*--kafka-port is ${chosen.port} this time`))
  busy.close()
})

void test('0 is any free port that no outgoing connection is given, without a notice', async () => {
  const chosen = await choosePort({ option, host, port: 0, nextFree: false, taken: new Map() })
  assert.ok(chosen.port >= 20_000 && chosen.port < 32_000, String(chosen.port))
  assert.equal(chosen.notice, undefined)
})
