import { execFileSync } from 'node:child_process'
import { kit } from '../kit.ts'
import type { S3Server } from './s3-server.ts'

const program = `${kit}/iceberg/s3/s3.sh`

/** The Versity gateway over a folder, as the kit builds it. */
export function startGateway(port: number): S3Server {
  const printed = execFileSync(program, ['start', '--port', String(port)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = printed.trim().split('\n')
  return {
    settings: Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string])),
    stop: () => void execFileSync(program, ['stop', '--port', String(port)], { stdio: 'inherit' }),
  }
}
