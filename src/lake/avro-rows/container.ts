import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { decompress } from '../manifest/avro-codec.ts'
import { AvroCursor } from '../manifest/avro-cursor.ts'
import { avroReader, type AvroSchema } from '../manifest/avro-reader.ts'

/** Rows of a block that is unpacked; all of it was read when `rows` were. */
export interface RowBlock {
  readonly rows: number
  readonly cursor: AvroCursor
  /** As it lies in the file. */
  readonly packedBytes: number
}

/** An Avro object container file, of which one block is in memory at a time. */
export interface AvroContainer {
  readonly schema: AvroSchema
  /** Undefined behind the last one. */
  next(): RowBlock | undefined
  close(): void
}

const magic = Buffer.from('Obj\u0001')
const syncBytes = 16
/** Two numbers of up to ten bytes. */
const blockHeadBytes = 20
const headerBytesMin = 64 << 10
const headerBytesMax = 64 << 20
/** Of a block, as it lies in the file and unpacked; writers make blocks of 16 KB to some megabytes. */
const blockBytesMax = 256 << 20

const headerReader = avroReader({ type: 'map', values: 'bytes' })

/** Opens a local file. `RangeError`, here and in `next`, for what is not as the Avro specification says. */
export function openContainer(path: string): AvroContainer {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const readAt = (position: number, length: number): Buffer => {
      const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(length, size - position)))
      let at = 0
      while (at < bytes.length) {
        const count = readSync(file, bytes, at, bytes.length - at, position + at)
        if (count === 0) throw new RangeError('it was cut while it was read')
        at += count
      }
      return bytes
    }
    const { schema, codec, sync, end } = readHeader(readAt, size)
    let at = end
    return {
      schema,
      next() {
        if (at >= size) return undefined
        const head = new AvroCursor(readAt(at, blockHeadBytes))
        const [rows, length] = [Number(head.long()), Number(head.long())]
        if (rows < 0 || length < 0) throw new RangeError('a block has no length')
        if (length > blockBytesMax)
          throw new RangeError(`a block has ${length} bytes, and ${blockBytesMax} are read at once`)
        const start = at + head.at
        const block = readAt(start, length + syncBytes)
        if (block.length < length + syncBytes) throw new RangeError('its last block is cut short')
        if (!block.subarray(length).equals(sync)) throw new RangeError('a block does not end with the mark of the file')
        at = start + block.length
        const unpacked = decompress(codec, block.subarray(0, length), blockBytesMax)
        return { rows, cursor: new AvroCursor(unpacked), packedBytes: length }
      },
      close: () => closeSync(file),
    }
  } catch (error) {
    closeSync(file)
    throw error
  }
}

interface Header {
  readonly schema: AvroSchema
  readonly codec: string
  readonly sync: Buffer
  /** Where the first block begins. */
  readonly end: number
}

/** Looks at more of the file until its header is there. */
function readHeader(readAt: (position: number, length: number) => Buffer, size: number): Header {
  for (let length = headerBytesMin; ; length *= 4) {
    const bytes = readAt(0, length)
    if (!bytes.subarray(0, magic.length).equals(magic)) throw new RangeError('it does not begin as an Avro file does')
    try {
      return headerOf(bytes)
    } catch (error) {
      if (!(error instanceof RangeError) || bytes.length >= size || length >= headerBytesMax) throw error
    }
  }
}

function headerOf(bytes: Buffer): Header {
  const cursor = new AvroCursor(bytes, magic.length)
  const metadata = headerReader(cursor) as Readonly<Record<string, Buffer>>
  const sync = Buffer.from(cursor.slice(syncBytes))
  const text = metadata['avro.schema']
  if (text === undefined) throw new RangeError('it has no schema')
  return {
    schema: JSON.parse(text.toString()) as AvroSchema,
    codec: metadata['avro.codec']?.toString() ?? 'null',
    sync,
    end: cursor.at,
  }
}
