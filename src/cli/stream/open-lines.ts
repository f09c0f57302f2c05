import { open } from 'node:fs/promises'
import { WeirError } from '../../kernel/errors/weir-error.ts'

/** A file to be sent; WEIR-2009 before anything is. */
export async function openLines(path: string): Promise<NodeJS.ReadableStream> {
  const refuse = (why: string): never => {
    throw new WeirError(
      'WEIR-2009',
      `${path} cannot be read: ${why}. Name a file of lines, or send them by standard input`,
    )
  }
  const file = await open(path).catch((error: NodeJS.ErrnoException) => refuse(error.code ?? error.message))
  if ((await file.stat()).isDirectory()) {
    await file.close()
    refuse('it is a folder')
  }
  return file.createReadStream({ highWaterMark: 1 << 20 })
}
