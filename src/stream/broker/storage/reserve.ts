import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { isDiskFull } from '../../../kernel/files/file-error.ts'
import type { Files } from '../../../kernel/files/files.ts'
import { removeIfThere } from './small-file.ts'

/** Room on the disk that is kept back for what frees room: to delete on a full disk, a few bytes have to be written first. */
export interface Reserve {
  /** Runs `work`; when the disk is full for it, gives up the reserve and runs it once more. */
  lend<T>(work: () => Promise<T>): Promise<T>
  /** Takes the room again that was given up; nothing happens while there is none. */
  refill(): Promise<void>
}

/** Checkpoints of ten thousand partitions take less. */
const reserveBytes = 2 * 1024 * 1024

export async function openReserve(files: Files, path: string): Promise<Reserve> {
  let isWhole = (await files.size(path)) === reserveBytes
  const reserve: Reserve = {
    async lend(work) {
      try {
        return await work()
      } catch (error) {
        if (!isDiskFull(error) || !isWhole) throw error
        isWhole = false
        await removeIfThere(files, path)
        return work()
      }
    },
    async refill() {
      // Not the last room that is left: others would find the disk full for it.
      if (isWhole || (await files.space(dirname(path))).usableBytes < 4 * reserveBytes) return
      try {
        await removeIfThere(files, path)
        const file = await files.open(path, 'write')
        try {
          // Zeros may take no room: some file systems write none of them.
          await file.write([randomBytes(reserveBytes)], 0)
          await file.sync()
        } finally {
          await file.close()
        }
        isWhole = true
      } catch (error) {
        if (!isDiskFull(error)) throw error
        await removeIfThere(files, path)
      }
    },
  }
  await reserve.refill()
  return reserve
}
