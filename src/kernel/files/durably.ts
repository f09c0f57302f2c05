import type { OpenFile } from './files.ts'

/** A file opened for `write` as one that is `durable`, where the system has no way of its own. */
export function durably(file: OpenFile): OpenFile {
  return {
    ...file,
    async write(buffers, position) {
      await file.write(buffers, position)
      await file.sync()
    },
  }
}
