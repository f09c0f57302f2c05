import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { kit } from './kit.ts'
import { runCommand } from './command.ts'

/** Debian packages by the command that they bring; installed when we are root, named when we are not. */
const packages: Readonly<Record<string, string>> = {
  kcat: 'kcat',
  psql: 'postgresql-client',
  curl: 'curl',
  gcc: 'build-essential',
  javac: 'default-jdk-headless',
  mvn: 'maven',
  systemctl: 'systemd',
}

/** What the machine lacks of `needs`, after installing what can be installed. */
export async function requirementsMissing(needs: readonly string[]): Promise<readonly string[]> {
  const missing: string[] = []
  if (!existsSync(kit)) missing.push(`the conformance kit beside the checkout (${kit})`)
  for (const command of needs) if (!(await isThere(command)) && !(await install(command))) missing.push(command)
  return missing
}

async function isThere(command: string): Promise<boolean> {
  return promisify(execFile)('sh', ['-c', 'command -v "$0"', command]).then(
    () => true,
    () => false,
  )
}

async function install(command: string): Promise<boolean> {
  const name = packages[command]
  if (name === undefined || process.getuid?.() !== 0 || !(await isThere('apt-get'))) return false
  await runCommand(['sh', '-c', `{ apt-get update && apt-get install -y ${name}; } >&2`], {
    DEBIAN_FRONTEND: 'noninteractive',
  })
  return isThere(command)
}
