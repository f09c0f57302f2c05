import { crc32c } from '@node-rs/crc32'
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Files } from '../../../kernel/files/files.ts'
import { writeJson } from '../storage/small-file.ts'
import { keyBytes, type CustomerKey } from './customer-key.ts'
import { headerOf } from './file-header.ts'

/** The keys that keys of files are made of. */
export interface Keyring {
  /** For what is written from now on. */
  readonly current: DataKey
  byId(id: number): Buffer | undefined
}

export interface DataKey {
  readonly id: number
  readonly key: Buffer
}

interface WrappedKey {
  readonly id: number
  /** Id of the customer's key that wraps it. */
  readonly by: string
  /** Base64. */
  readonly wrapped: string
}

const format = 1

export function keyringPath(directory: string): string {
  return `${directory}/encryption.json`
}

/**
 * Opens the keyring in the log's folder, or makes it. What an old key wrapped is wrapped anew with `key`, and a new data key is
 * made whenever `key` is a new one; that is durable when this resolves. WEIR-3022 when a key is needed that is not given,
 * WEIR-3024 when the file is not whole, or is not there though the log is encrypted: then nothing is changed.
 */
export async function openKeyring(
  files: Files,
  directory: string,
  key: CustomerKey,
  oldKeys: readonly CustomerKey[],
): Promise<Keyring> {
  const path = keyringPath(directory)
  const stored = await readKeyring(files, path)
  const given = new Map([key, ...oldKeys].map((one) => [one.id, one]))
  const known = await Promise.all(stored.map((wrapped) => unwrap(wrapped, given, key)))
  const isNew = !stored.some(({ by }) => by === key.id)
  const all = isNew
    ? [...known, { id: 1 + Math.max(0, ...known.map(({ id }) => id)), key: randomBytes(keyBytes) }]
    : known
  if (isNew || stored.some(({ by }) => by !== key.id)) {
    const keys = await Promise.all(all.map((data) => wrap(data, key)))
    await writeJson(files, path, { format, checksum: checksumOf(keys), keys })
  }
  const byId = new Map(all.map((data) => [data.id, data.key]))
  return { current: all.at(-1)!, byId: (id) => byId.get(id) }
}

/** WEIR-3022 for a log that is encrypted, when no key is given at all. */
export async function refuseEncrypted(files: Files, directory: string): Promise<void> {
  const stored = await readKeyring(files, keyringPath(directory))
  if (stored.length > 0) throw missing(stored.at(-1)!.by, 'none is given')
}

async function wrap({ id, key: data }: DataKey, key: CustomerKey): Promise<WrappedKey> {
  return { id, by: key.id, wrapped: (await key.wrap(data)).toString('base64') }
}

async function unwrap(
  { id, by, wrapped }: WrappedKey,
  given: ReadonlyMap<string, CustomerKey>,
  current: CustomerKey,
): Promise<DataKey> {
  const key = given.get(by)
  if (!key) throw missing(by, `given are ${[...given.keys()].join(', ')}`)
  try {
    return { id, key: await key.unwrap(Buffer.from(wrapped, 'base64')) }
  } catch (error) {
    if (error instanceof WeirError) throw error
    throw missing(by, `${key === current ? 'the key of that name' : 'the old key of that name'} does not open it`)
  }
}

function missing(id: string, why: string): WeirError {
  return new WeirError(
    'WEIR-3022',
    `the log is encrypted, and ${id} is needed to read it; ${why}. Set streams.encryption with that key, as key or in oldKeys`,
    { details: { key: id } },
  )
}

async function readKeyring(files: Files, path: string): Promise<readonly WrappedKey[]> {
  if ((await files.size(path)) === undefined) return noKeyring(files, path)
  try {
    const stored = JSON.parse((await files.read(path)).toString()) as {
      format: number
      checksum: number
      keys: readonly WrappedKey[]
    }
    if (stored.format === format && stored.checksum === checksumOf(stored.keys) && stored.keys.length > 0)
      return stored.keys
  } catch {
    // As below.
  }
  throw unreadable(path, 'cannot be read')
}

/** A log without keys is a new one, or one that is not encrypted: to make keys for any other would hide that its own are lost. */
async function noKeyring(files: Files, path: string): Promise<readonly WrappedKey[]> {
  const directory = dirname(path)
  for (const name of await files.list(directory))
    if (name.endsWith('.json') && (await headerOf(files, `${directory}/${name}`)))
      throw unreadable(path, `is missing, though ${name} is encrypted`)
  return []
}

function unreadable(path: string, why: string): WeirError {
  return new WeirError('WEIR-3024', `${path} ${why}, and without it no record can be read. Restore it from a backup`, {
    details: { file: path },
  })
}

function checksumOf(keys: readonly WrappedKey[]): number {
  return crc32c(JSON.stringify(keys)) >>> 0
}
