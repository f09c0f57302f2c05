import { execFileSync } from 'node:child_process'
import { closeSync, ftruncateSync, fsyncSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SmallDisk extends Disposable {
  readonly folder: string
  /** Takes all room but this. */
  fillUpTo(bytesLeft: number): void
  /** Gives back what `fillUpTo` took. */
  makeRoom(): void
}

/** Whether this user may mount one; the continuous integration can. */
export function mayMount(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0
}

/** A file system of its own in memory, which a test can fill without filling the machine's. */
export function smallDisk(megabytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'weir-small-disk-'))
  execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder])
  const ballast = join(folder, 'ballast')
  return {
    folder,
    fillUpTo: (bytesLeft) => {
      const { bavail, bsize } = statfsSync(folder)
      const file = openSync(ballast, 'w')
      const piece = Buffer.alloc(65_536, 1)
      for (let left = bavail * bsize - bytesLeft; left > 0; left -= piece.length) {
        writeSync(file, piece, 0, Math.min(left, piece.length))
      }
      fsyncSync(file)
      closeSync(file)
    },
    makeRoom: () => {
      const file = openSync(ballast, 'w')
      ftruncateSync(file, 0)
      closeSync(file)
    },
    [Symbol.dispose]: () => {
      execFileSync('/bin/umount', ['--lazy', folder])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
