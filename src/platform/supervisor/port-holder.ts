import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { weirCommandOf } from './weir-command.ts'

/** Who listens on this TCP port, `process 4711 (java)` or `process 4711 (weir up in /srv/shop)`; undefined where the system does not say (not Linux, not ours). */
export function holderOfPort(port: number): string | undefined {
  try {
    const inodes = new Set([...listeners('/proc/net/tcp', port), ...listeners('/proc/net/tcp6', port)])
    if (inodes.size === 0) return undefined
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (holdsSocket(pid, inodes))
        return `process ${pid} (${weirCommandOf(pid) ?? readFileSync(`/proc/${pid}/comm`, 'utf8').trim()})`
    }
  } catch {
    // No /proc here.
  }
  return undefined
}

const listening = '0A'

function listeners(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return readFileSync(table, 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${wanted}`) && fields[3] === listening)
    .map((fields) => fields[9]!)
}

function holdsSocket(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((name) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readlink(`/proc/${pid}/fd/${name}`))?.[1]
      return inode !== undefined && inodes.has(inode)
    })
  } catch {
    return false
  }
}

function readlink(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
