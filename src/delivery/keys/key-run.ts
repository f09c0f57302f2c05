import { crc32c } from '@node-rs/crc32'
import { closeSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { compareDigests, digestWords, type Digests } from './digests.ts'

/**
 * The keys of one data file: for each row the digest of its key and its number, in the order of the digests. A run is about one
 * file that never changes, so it never changes either; whoever misses one makes it anew.
 *
 *   magic 8 · version u32 · crc32c of the records u32 · signature 16 · records u64 · then 20 bytes a record:
 *   digest 4 × u32, the highest word first · row u32   (little endian)
 */
export const runLayout = {
  magic: Buffer.from('WEIRKEYS'),
  version: 1,
  headerBytes: 40,
  words: digestWords + 1,
} as const
export const recordBytes = runLayout.words * 4

/** What is read at once; the first word of each block is kept in memory: 8 bytes for 1,024 rows. */
const blockRecords = 1024
const blockBytes = blockRecords * recordBytes
/** Others are answered after so many blocks. */
const blocksInTurn = 256

export interface KeyRun {
  readonly rows: number
  /** Calls `found` with the number of each row that has one of the keys. */
  find(digests: Digests, found: (row: number) => void): Promise<void>
  close(): void
}

export interface RunHeader {
  readonly crc: number
  /** Of the data file and its key columns. */
  readonly signature: Buffer
  readonly rows: number
}

export function encodeHeader({ crc, signature, rows }: RunHeader): Buffer {
  const header = Buffer.alloc(runLayout.headerBytes)
  runLayout.magic.copy(header)
  header.writeUInt32LE(runLayout.version, 8)
  header.writeUInt32LE(crc, 12)
  signature.copy(header, 16)
  header.writeBigUInt64LE(BigInt(rows), 32)
  return header
}

/** Undefined when there is none, or it is damaged or of another file: then it is made anew. Reads all of it once. */
export async function openKeyRun(path: string, signature: Buffer): Promise<KeyRun | undefined> {
  const fences = await readFences(path, signature)
  return fences && new FileKeyRun(path, fences)
}

interface Fences {
  readonly rows: number
  /** First word of the first record of each block. */
  readonly first: Uint32Array
}

async function readFences(path: string, signature: Buffer): Promise<Fences | undefined> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!file) return undefined
  try {
    const header = Buffer.alloc(runLayout.headerBytes)
    await file.read(header, 0, header.length, 0)
    const rows = Number(header.readBigUInt64LE(32))
    const { size } = await file.stat()
    const isOurs = header.subarray(0, 8).equals(runLayout.magic) && header.readUInt32LE(8) === runLayout.version
    if (!isOurs || !header.subarray(16, 32).equals(signature) || size !== header.length + rows * recordBytes)
      return undefined
    const first = new Uint32Array(Math.ceil(rows / blockRecords))
    const buffer = Buffer.alloc(blockBytes * 64)
    let crc = 0
    for (let at = 0; at < rows * recordBytes;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, header.length + at)
      if (bytesRead === 0) return undefined
      crc = crc32c(buffer.subarray(0, bytesRead), crc)
      for (let block = 0; block < bytesRead; block += blockBytes)
        first[(at + block) / blockBytes] = buffer.readUInt32LE(block)
      at += bytesRead
    }
    return crc >>> 0 === header.readUInt32LE(12) ? { rows, first } : undefined
  } finally {
    await file.close()
  }
}

class FileKeyRun implements KeyRun {
  readonly rows: number
  readonly #first: Uint32Array
  readonly #file: number
  readonly #block = new Uint32Array(blockRecords * runLayout.words)
  #loaded = -1
  #loads = 0

  constructor(path: string, { rows, first }: Fences) {
    this.rows = rows
    this.#first = first
    this.#file = openSync(path, 'r')
  }

  async find(digests: Digests, found: (row: number) => void): Promise<void> {
    for (let at = 0; at < digests.length; at += digestWords) {
      this.#findOne(digests, at, found)
      if (this.#loads < blocksInTurn) continue
      this.#loads = 0
      await nextTurn()
    }
  }

  #findOne(digests: Digests, at: number, found: (row: number) => void): void {
    // Records of one first word may begin in the block before the one that begins with it.
    for (let block = Math.max(0, this.#blocksBelow(digests[at]!) - 1); block < this.#first.length; block++) {
      if (this.#first[block]! > digests[at]!) return
      const records = this.#load(block)
      const { words } = runLayout
      for (let record = this.#recordsBelow(records, digests, at); record < records; record++) {
        if (compareDigests(this.#block, record * words, digests, at) !== 0) return
        found(this.#block[record * words + digestWords]!)
      }
    }
  }

  /** How many blocks begin with a word below this. */
  #blocksBelow(word: number): number {
    let [low, high] = [0, this.#first.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#first[middle]! < word) low = middle + 1
      else high = middle
    }
    return low
  }

  #recordsBelow(records: number, digests: Digests, at: number): number {
    let [low, high] = [0, records]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareDigests(this.#block, middle * runLayout.words, digests, at) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Gives the records of the block. Digests come in order, so most are in the block of the one before. */
  #load(block: number): number {
    const records = Math.min(blockRecords, this.rows - block * blockRecords)
    if (this.#loaded === block) return records
    readSync(this.#file, this.#block, 0, records * recordBytes, runLayout.headerBytes + block * blockBytes)
    this.#loaded = block
    this.#loads++
    return records
  }

  close(): void {
    closeSync(this.#file)
  }
}
