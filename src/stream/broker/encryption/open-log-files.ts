import type { Files } from '../../../kernel/files/files.ts'
import { writeText } from '../storage/small-file.ts'
import type { CustomerKey } from './customer-key.ts'
import { encryptedFiles } from './encrypted-files.ts'
import { headerOf } from './file-header.ts'
import { openKeyring, refuseEncrypted } from './keyring.ts'

/** The files of a log, encrypted when there is a key for that. WEIR-3022 when they are encrypted and no key given opens them. */
export async function openLogFiles(
  files: Files,
  directory: string,
  encryption: { readonly key: CustomerKey; readonly oldKeys: readonly CustomerKey[] } | undefined,
): Promise<Files> {
  if (!encryption) {
    await refuseEncrypted(files, directory)
    return files
  }
  const encrypted = encryptedFiles(files, await openKeyring(files, directory, encryption.key, encryption.oldKeys))
  await encryptSmallFiles(files, encrypted, directory)
  return encrypted
}

/**
 * What a log had in its folder before it was encrypted: users, ACLs and ids would lie there in the clear until they change. It
 * also shows from then on that the keyring is missing, when it is.
 */
async function encryptSmallFiles(files: Files, encrypted: Files, directory: string): Promise<void> {
  for (const name of ['security.json', 'cluster.json', 'producer-ids.json']) {
    const path = `${directory}/${name}`
    if ((await files.size(path)) === undefined || (await headerOf(files, path))) continue
    await writeText(encrypted, path, (await files.read(path)).toString())
  }
}
