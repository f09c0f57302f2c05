import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Files } from '../../kernel/files/files.ts'

/** What `writeDurably` wrote as JSON; undefined when it is not there. WEIR-2006 for what is no JSON object: the file was damaged. */
export async function readNote<Note extends object>(path: string, files: Files): Promise<Note | undefined> {
  if ((await files.size(path)) === undefined) return undefined
  const text = (await files.read(path)).toString()
  const note = parsed(text)
  if (typeof note === 'object' && note !== null) return note as Note
  throw new WeirError(
    'WEIR-2006',
    `${path} is damaged: it holds ${JSON.stringify(text.slice(0, 60))}. Restore it from a backup; or remove it, where the project names the same places as before: it is written anew`,
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
