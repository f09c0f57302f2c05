import type { Files } from '../../src/kernel/files/files.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'

/** The real files without the waiting for the disk: for tests of something else. */
export const unsyncedFiles: Files = {
  ...nodeFiles,
  syncDirectory: async () => {},
  open: async (path, mode) => ({
    ...(await nodeFiles.open(path, mode === 'durable' ? 'write' : mode)),
    sync: async () => {},
  }),
}
