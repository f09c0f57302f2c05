import { readFileSync, readlinkSync } from 'node:fs'
import { resolve } from 'node:path'

/** The log holds its port below the supervisor. */
const generationsMax = 2

/** `weir up in /srv/shop` when this process is Weir's or a child of it; undefined for others, and where the system does not say. */
export function weirCommandOf(pid: string): string | undefined {
  let process = pid
  for (let generation = 0; generation < generationsMax; generation++) {
    const words = readFileSync(`/proc/${process}/cmdline`, 'utf8').split('\0').slice(0, -1)
    const program = words.findIndex((word) => /\/(?:cli\/main\.[jt]s|bin\/weir\.mjs|\.bin\/weir(?:-data)?)$/.test(word))
    const command = words[program + 1]
    if (program > 0 && (command === 'up' || command === 'dev')) return describe(process, command, words)
    process = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${process}/status`, 'utf8'))?.[1] ?? '0'
    if (process === '0') return undefined
  }
  return undefined
}

function describe(pid: string, command: string, words: readonly string[]): string {
  const at = words.findIndex((word) => word === '--dir' || word.startsWith('--dir='))
  const folder = at < 0 ? '.' : words[at]!.startsWith('--dir=') ? words[at]!.slice('--dir='.length) : words[at + 1]!
  return `weir ${command} in ${resolve(readlinkSync(`/proc/${pid}/cwd`), folder)}`
}
