// `with-s3.ts COMMAND …`: runs a command with the settings of a real S3 server in its environment, started for it alone.
import { execFileSync } from 'node:child_process'
import { freePort } from '../../test/support/free-port.ts'
import { runCommand } from './command.ts'
import { kit } from './kit.ts'

const server = `${kit}/iceberg/s3/s3.sh`
const port = String(await freePort())
const settings = execFileSync(server, ['start', '--port', port], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  const variables = settings
    .trim()
    .split('\n')
    .map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string])
  process.exitCode = await runCommand(process.argv.slice(2), Object.fromEntries(variables))
} finally {
  execFileSync(server, ['stop', '--port', port], { stdio: 'inherit' })
}
