import { basename } from 'node:path'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Files } from '../../../kernel/files/files.ts'
import { removeFolder } from '../storage/remove-folder.ts'
import { checksumOf, readJsonIfWhole, writeJson } from '../storage/small-file.ts'

/** `topic.json`, in the topic's folder beside one folder for each partition. */
export interface TopicFile {
  readonly format: 1
  readonly id: string
  readonly name: string
  readonly partitions: number
  readonly configs: Readonly<Record<string, string>>
}

/** Files of earlier versions have none. */
type WrittenTopicFile = TopicFile & { readonly checksum?: string }

const partitionFolder = /^\d+$/

export async function writeTopicFile(files: Files, folder: string, file: TopicFile): Promise<void> {
  const written: WrittenTopicFile = { ...file, checksum: checksumOf(JSON.stringify(file)) }
  await writeJson(files, `${folder}/topic.json`, written)
}

/**
 * Undefined for a topic that was never named: its creation was cut short before anybody was told. Throws WEIR-3008 when records
 * lie in the folder, or when the file is there and is not what was written: a start without the topic, or under another name, would hide
 * them.
 */
export async function readTopicFile(files: Files, folder: string): Promise<TopicFile | undefined> {
  const path = `${folder}/topic.json`
  const found = await readJsonIfWhole<WrittenTopicFile>(files, path)
  if (found) return whole(found, path)
  if ((await files.size(path)) === undefined && !(await holdsRecords(files, folder))) return undefined
  throw damaged(path, 'is missing or cannot be read, though a topic lies in its folder')
}

/** WEIR-3008 for a description that lies in another topic's folder: its records would be looked for where they are not. */
export function mustBeInPlace({ name, id }: TopicFile, folder: string): void {
  if (id === basename(folder)) return
  throw damaged(`${folder}/topic.json`, `is not what was written there: it says topic "${name}" with id ${id}`)
}

function whole({ checksum, ...file }: WrittenTopicFile, path: string): TopicFile {
  if (checksum === undefined || checksum === checksumOf(JSON.stringify(file))) return file
  throw damaged(path, `is not what was written: it says topic "${file.name}" with id ${file.id}`)
}

function damaged(path: string, what: string): WeirError {
  return new WeirError(
    'WEIR-3008',
    `${path} ${what}. Restore the file, or move the folder away to go on without the topic`,
    { details: { file: path } },
  )
}

/** All of a topic. What a crash leaves is removed at the next start. */
export async function removeTopicFiles(files: Files, folder: string): Promise<void> {
  for (const name of await files.list(folder)) {
    if (partitionFolder.test(name)) await removeFolder(files, `${folder}/${name}`)
    else await files.remove(`${folder}/${name}`)
  }
  await files.removeDirectory(folder)
}

async function holdsRecords(files: Files, folder: string): Promise<boolean> {
  for (const partition of await files.list(folder)) {
    if (!partitionFolder.test(partition)) continue
    for (const name of await files.list(`${folder}/${partition}`))
      if (name.endsWith('.log') && ((await files.size(`${folder}/${partition}/${name}`)) ?? 0) > 0) return true
  }
  return false
}
