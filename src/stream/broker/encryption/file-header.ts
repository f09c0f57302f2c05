import { crc32c } from '@node-rs/crc32'
import type { Files } from '../../../kernel/files/files.ts'
import { saltBytes } from './key-stream.ts'

/** What an encrypted file begins with. */
export interface FileHeader {
  /** Of the data key that its first era's key is made of. */
  readonly keyId: number
  /** Of its first era; no other file has it. */
  readonly salt: Buffer
}

export const headerBytes = 64

/** No file of the log begins so: a segment would have an offset beyond 2^53, and JSON begins with a bracket. */
const magic = Buffer.from([0x89, 0x57, 0x45, 0x49, 0x52, 0x0d, 0x0a, 0x1a])
const field = { format: 8, keyId: 12, salt: 16, checksum: headerBytes - 4 } as const
const format = 1

export function writeHeader({ keyId, salt }: FileHeader): Buffer {
  const header = Buffer.alloc(headerBytes)
  magic.copy(header)
  header.writeUInt32BE(format, field.format)
  header.writeUInt32BE(keyId, field.keyId)
  salt.copy(header, field.salt)
  header.writeUInt32BE(checksumOf(header), field.checksum)
  return header
}

/** Undefined when there is none that is whole: the file is not encrypted, or was never written to its end. */
function readHeader(bytes: Buffer): FileHeader | undefined {
  if (bytes.length < headerBytes || !bytes.subarray(0, magic.length).equals(magic)) return undefined
  if (bytes.readUInt32BE(field.checksum) !== checksumOf(bytes)) return undefined
  return {
    keyId: bytes.readUInt32BE(field.keyId),
    salt: Buffer.from(bytes.subarray(field.salt, field.salt + saltBytes)),
  }
}

/** Of the file at `path`; undefined when it is not an encrypted one. */
export async function headerOf(files: Files, path: string): Promise<FileHeader | undefined> {
  const file = await files.open(path, 'read')
  try {
    const bytes = Buffer.alloc(headerBytes)
    return readHeader(bytes.subarray(0, await file.read(bytes, 0)))
  } finally {
    await file.close()
  }
}

function checksumOf(header: Buffer): number {
  return crc32c(header.subarray(0, field.checksum)) >>> 0
}
