import { corrupt } from './corrupt.ts'
import type { UnknownTag } from './field.ts'
import { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

export interface RequestHeader {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
}

/**
 * Reads what every request begins with, up to and including the client id, which stays in the old form in all versions.
 * What follows depends on the API: see `decodeRequest`.
 */
export function readRequestHeader(frame: Buffer): RequestHeader & { readonly byteLength: number } {
  const reader = new Reader(frame)
  const apiKey = reader.int16()
  const apiVersion = reader.int16()
  const correlationId = reader.int32()
  const length = reader.int16()
  if (length < -1) throw corrupt(`a client id of length ${length}`)
  const clientId = length === -1 ? null : reader.text(length)
  return { apiKey, apiVersion, correlationId, clientId, byteLength: reader.position }
}

export function writeRequestHeader(writer: Writer, header: RequestHeader): void {
  writer.int16(header.apiKey)
  writer.int16(header.apiVersion)
  writer.int32(header.correlationId)
  if (header.clientId === null) return writer.int16(-1)
  const length = Buffer.byteLength(header.clientId)
  writer.int16(length)
  writer.text(header.clientId, length)
}

/** The tagged fields of a header: none is defined, whatever comes is kept. */
export function readHeaderTags(reader: Reader): readonly UnknownTag[] {
  const tags: UnknownTag[] = []
  for (let count = reader.unsignedVarint(); count > 0; count--)
    tags.push({ tag: reader.unsignedVarint(), data: reader.bytes(reader.unsignedVarint()) })
  return tags
}

export function writeHeaderTags(writer: Writer, tags: readonly UnknownTag[] = []): void {
  writer.unsignedVarint(tags.length)
  for (const { tag, data } of tags) {
    writer.unsignedVarint(tag)
    writer.unsignedVarint(data.length)
    writer.bytes(data)
  }
}
