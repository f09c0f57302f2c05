import { WeirError } from '../../kernel/errors/weir-error.ts'
import { corrupt } from './corrupt.ts'
import type { PrimitiveKind } from './field.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/** One type of one version as functions: made once, then no table is looked at again. */
export interface Codec {
  /** The fewest bytes that a value takes: bounds what an announced length may claim. */
  readonly bytesMin: number
  read(reader: Reader): unknown
  write(writer: Writer, value: unknown): void
}

const stringBytesMax = 32_767

/** A length as the version has it; null is -1, or 0 in the compact form, which holds the length plus one. */
export function lengths(flexible: boolean, nullable: boolean, width: 2 | 4, what: string) {
  const bytesMin = flexible ? 1 : width
  const read = (reader: Reader): number => {
    const length = flexible ? reader.unsignedVarint() - 1 : width === 2 ? reader.int16() : reader.int32()
    if (length < -1 || (length === -1 && !nullable)) throw corrupt(`${what} of length ${length}`)
    return length
  }
  const write = (writer: Writer, length: number): void => {
    if (length === -1 && !nullable) throw new TypeError(`null is not allowed for ${what} in this version`)
    if (!flexible && width === 2 && length > stringBytesMax)
      throw new WeirError('WEIR-1003', `${what} of ${length} bytes: the Kafka protocol takes ${stringBytesMax} at most`)
    if (flexible) writer.unsignedVarint(length + 1)
    else if (width === 2) writer.int16(length)
    else writer.int32(length)
  }
  return { bytesMin, read, write }
}

export function compileString(flexible: boolean, nullable: boolean): Codec {
  const length = lengths(flexible, nullable, 2, 'a string')
  return {
    bytesMin: length.bytesMin,
    read(reader) {
      const byteLength = length.read(reader)
      return byteLength === -1 ? null : reader.text(byteLength)
    },
    write(writer, value) {
      if (value === null) return length.write(writer, -1)
      const byteLength = Buffer.byteLength(value as string)
      length.write(writer, byteLength)
      writer.text(value as string, byteLength)
    },
  }
}

export function compileBytes(flexible: boolean, nullable: boolean): Codec {
  const length = lengths(flexible, nullable, 4, 'bytes')
  return {
    bytesMin: length.bytesMin,
    read(reader) {
      const byteLength = length.read(reader)
      return byteLength === -1 ? null : reader.bytes(byteLength)
    },
    write(writer, value) {
      if (value === null) return length.write(writer, -1)
      length.write(writer, (value as Buffer).length)
      writer.bytes(value as Buffer)
    },
  }
}

/** Types whose length is fixed. */
export const fixed: Record<Exclude<PrimitiveKind, 'string' | 'bytes'>, Codec> = {
  bool: { bytesMin: 1, read: (reader) => reader.bool(), write: (writer, value) => writer.bool(value as boolean) },
  int8: { bytesMin: 1, read: (reader) => reader.int8(), write: (writer, value) => writer.int8(value as number) },
  int16: { bytesMin: 2, read: (reader) => reader.int16(), write: (writer, value) => writer.int16(value as number) },
  uint16: { bytesMin: 2, read: (reader) => reader.uint16(), write: (writer, value) => writer.uint16(value as number) },
  int32: { bytesMin: 4, read: (reader) => reader.int32(), write: (writer, value) => writer.int32(value as number) },
  int64: { bytesMin: 8, read: (reader) => reader.int64(), write: (writer, value) => writer.int64(value as number) },
  float64: {
    bytesMin: 8,
    read: (reader) => reader.float64(),
    write: (writer, value) => writer.float64(value as number),
  },
  uuid: { bytesMin: 16, read: (reader) => reader.uuid(), write: (writer, value) => writer.uuid(value as string) },
}
