import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../../../test/support/deadline.ts'
import { mavenJar } from '../fetched.ts'
import { account, type S3Server } from './s3-server.ts'

const version = '4.1.0'

/** s3proxy over a folder: the S3 protocol by code that has nothing in common with the gateway's. */
export async function startS3Proxy(port: number): Promise<S3Server> {
  const jar = mavenJar(`s3proxy-${version}`, `org.gaul:s3proxy:${version}:jar:jar-with-dependencies`)
  const folder = mkdtempSync(join(tmpdir(), 'weir-s3proxy-'))
  const data = join(folder, 'data')
  mkdirSync(join(data, account.S3_BUCKET), { recursive: true })
  const endpoint = `http://127.0.0.1:${port}`
  const properties = join(folder, 's3proxy.conf')
  writeFileSync(properties, propertiesOf(endpoint, data))
  const log = openSync(join(folder, 'log'), 'a')
  const server = spawn('java', ['-Xmx512m', '-jar', jar, '--properties', properties], { stdio: ['ignore', log, log] })
  const ended = once(server, 'exit')
  const stop = async (): Promise<void> => {
    server.kill()
    await ended
    rmSync(folder, { recursive: true })
  }
  try {
    await eventually('s3proxy', () => fetch(endpoint))
  } catch (error) {
    await stop()
    throw error
  }
  return { settings: { ...account, S3_ENDPOINT: endpoint, S3_TAKES_UNSIGNED_HEADERS: 'true' }, stop }
}

function propertiesOf(endpoint: string, data: string): string {
  return [
    `s3proxy.endpoint=${endpoint}`,
    's3proxy.authorization=aws-v2-or-v4',
    `s3proxy.identity=${account.AWS_ACCESS_KEY_ID}`,
    `s3proxy.credential=${account.AWS_SECRET_ACCESS_KEY}`,
    'jclouds.provider=filesystem-nio2',
    `jclouds.filesystem.basedir=${data}`,
    'jclouds.identity=none',
    'jclouds.credential=none',
    '',
  ].join('\n')
}
