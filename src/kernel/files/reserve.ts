import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { isDiskFull } from './file-error.ts'
import type { Files } from './files.ts'

/** Room on the disk that is kept back for what frees room: to delete on a full disk, a few bytes have to be written first. */
export interface Reserve {
  /** Runs `work`; when the disk is full for it, gives up the reserve and runs it once more. */
  lend<T>(work: () => Promise<T>): Promise<T>
  /** Takes the room again that was given up; nothing happens while there is none. */
  refill(): Promise<void>
}

export interface ReserveOptions {
  readonly bytes: number
  /** Whether `work` failed because the disk is full. That Node said so, without it. */
  readonly isFull?: (error: unknown) => boolean
}

/** The room is a file at `path`, which `refill` makes. */
export function createReserve(files: Files, path: string, { bytes, isFull = isDiskFull }: ReserveOptions): Reserve {
  const isWhole = async (): Promise<boolean> => (await files.size(path)) === bytes
  const removeIfThere = async (): Promise<void> => {
    if ((await files.size(path)) !== undefined) await files.remove(path)
  }
  return {
    async lend(work) {
      try {
        return await work()
      } catch (error) {
        if (!isFull(error) || !(await isWhole())) throw error
      }
      await files.remove(path)
      return work()
    },
    async refill() {
      // Not the last room that is left: others would find the disk full for it.
      if ((await isWhole()) || (await files.space(dirname(path))).usableBytes < 4 * bytes) return
      try {
        await removeIfThere()
        const file = await files.open(path, 'write')
        try {
          // Zeros may take no room: some file systems write none of them.
          await file.write([randomBytes(bytes)], 0)
          await file.sync()
        } finally {
          await file.close()
        }
      } catch (error) {
        if (!isDiskFull(error)) throw error
        await removeIfThere()
      }
    },
  }
}
