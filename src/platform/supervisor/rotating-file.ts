import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** A log file of bounded size: `x.log`, and before it `x.log.1` to `x.log.<kept>`. */
export interface RotatingFile {
  /** One line without its end. A full disk loses the line and nothing else: logs never stop the work. */
  write(line: string): void
  close(): void
}

export function openRotatingFile(path: string, { bytesMax = 16_000_000, kept = 4 } = {}): RotatingFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  let file = openSync(path, 'a', 0o600)
  let bytes = fstatSync(file).size

  function rotate(): void {
    closeSync(file)
    for (let number = kept; number > 0; number--) {
      try {
        renameSync(number === 1 ? path : `${path}.${number - 1}`, `${path}.${number}`)
      } catch {
        // Not that many yet.
      }
    }
    file = openSync(path, 'a', 0o600)
    bytes = 0
  }

  return {
    write(line) {
      try {
        if (bytes >= bytesMax) rotate()
        bytes += writeSync(file, `${line}\n`)
      } catch {
        // No room for logs.
      }
    },
    close: () => closeSync(file),
  }
}
