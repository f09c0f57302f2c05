import type { Files } from '../../../kernel/files/files.ts'
import type { CustomerKey } from './customer-key.ts'
import { encryptedFiles } from './encrypted-files.ts'
import { openKeyring, refuseEncrypted } from './keyring.ts'

/** The files of a log, encrypted when there is a key for that. WEIR-3022 when they are encrypted and no key given opens them. */
export async function openLogFiles(
  files: Files,
  directory: string,
  encryption: { readonly key: CustomerKey; readonly oldKeys: readonly CustomerKey[] } | undefined,
): Promise<Files> {
  if (encryption) return encryptedFiles(files, await openKeyring(files, directory, encryption.key, encryption.oldKeys))
  await refuseEncrypted(files, directory)
  return files
}
