import type { Files } from '../../../kernel/files/files.ts'

/** Removes a folder of files. What a crash leaves of it is removed by the next call; nothing depends on it. */
export async function removeFolder(files: Files, folder: string): Promise<void> {
  for (const name of await files.list(folder)) await files.remove(`${folder}/${name}`)
  await files.removeDirectory(folder)
}
