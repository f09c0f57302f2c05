import { crc32c } from '@node-rs/crc32'
import { dirname } from 'node:path'
import type { Files } from '../../../kernel/files/files.ts'
import { readJsonIfWhole, writeJson } from '../storage/small-file.ts'
import type { Era } from './eras.ts'

/** An era as it is written down: no key, which only the data key and the salt give. */
export interface StoredEra {
  readonly start: number
  /** null for what was never encrypted. */
  readonly keyId: number | null
  readonly salt: Buffer
}

type Line = readonly [start: number, keyId: number | null, salt: string]

const suffix = '.eras'
/** More would be a file that is rewritten in place again and again, which nothing here does. */
const erasMax = 100_000

/** Beside the file, by its identity: so it stays its own when the file is renamed, and is nobody's when the file is gone. */
function eraPath(path: string, identity: string): string {
  return `${dirname(path)}/.${identity}${suffix}`
}

/** Whether a name in a folder is one of these, whole or begun. */
export function isEraFile(name: string): boolean {
  return name.startsWith('.') && (name.endsWith(suffix) || name.endsWith(`${suffix}.new`))
}

export async function readEras(files: Files, path: string, identity: string): Promise<readonly StoredEra[]> {
  const stored = await readJsonIfWhole<{ checksum: number; eras: readonly Line[] }>(files, eraPath(path, identity))
  if (!stored || stored.checksum !== checksumOf(stored.eras)) return []
  return stored.eras.map(([start, keyId, salt]) => ({ start, keyId, salt: Buffer.from(salt, 'hex') }))
}

/** Durable when it resolves. */
export async function writeEras(files: Files, path: string, identity: string, eras: readonly Era[]): Promise<void> {
  if (eras.length > erasMax) throw new Error(`${path} was rewritten in too many places to be encrypted`)
  const lines = eras.map(({ start, key }): Line => [start, key?.keyId ?? null, key?.salt.toString('hex') ?? ''])
  await writeJson(files, eraPath(path, identity), { checksum: checksumOf(lines), eras: lines })
}

export async function removeEras(files: Files, path: string, identity: string): Promise<void> {
  const eras = eraPath(path, identity)
  if ((await files.size(eras)) !== undefined) await files.remove(eras)
}

function checksumOf(lines: readonly Line[]): number {
  return crc32c(JSON.stringify(lines)) >>> 0
}
