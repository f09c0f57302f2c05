import { readFileSync } from 'node:fs'

/** The same for all processes of this machine until it is started again; null where the system does not say. */
export function machineId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return null
  }
}
