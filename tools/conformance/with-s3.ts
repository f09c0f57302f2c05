// `with-s3.ts gateway | s3proxy COMMAND …`: runs a command with the settings of a real S3 server in its environment, started for it alone.
import { freePort } from '../../test/support/free-port.ts'
import { runCommand } from './command.ts'
import { startGateway } from './s3/gateway.ts'
import type { S3Server } from './s3/s3-server.ts'
import { startS3Proxy } from './s3/s3proxy.ts'

const servers: Readonly<Record<string, (port: number) => S3Server | Promise<S3Server>>> = {
  gateway: startGateway,
  s3proxy: startS3Proxy,
}

const [name = '', ...command] = process.argv.slice(2)
const start = servers[name]
if (start === undefined) {
  console.error(`no S3 server is called ${name}; there are ${Object.keys(servers).join(', ')}`)
  process.exit(2)
}
const server = await start(await freePort())
// Who ends this ends the server too: nobody else knows of it.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void Promise.resolve(server.stop()).finally(() => process.exit(1)))
try {
  process.exitCode = await runCommand(command, server.settings)
} finally {
  await server.stop()
}
