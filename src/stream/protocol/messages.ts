import { assert } from '../../kernel/assert.ts'
import type { Api } from './api.ts'
import { compileShape } from './compile.ts'
import { corrupt } from './corrupt.ts'
import type { Decoded, Input, Shape, UnknownTag } from './field.ts'
import { readHeaderTags, writeHeaderTags, writeRequestHeader, type RequestHeader } from './header.ts'
import type { Codec } from './primitive-codecs.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

/**
 * Whole messages. A *frame* is what follows the four bytes of length; decoding takes one, encoding gives the length and
 * the frame as a list of buffers for one vectored write. Byte fields are views of the frame in both directions.
 * Decoding throws WEIR-3001 for bytes that do not follow the table.
 */

/**
 * The body of a request, given where `readRequestHeader` ended. The version must be one of the table's. Bytes after the
 * body are handed back: librdkafka's Metadata v13 for all topics has three too many, and Kafka takes it.
 */
export function decodeRequest<R extends Shape>(
  api: Api<R>,
  frame: Buffer,
  header: { readonly apiVersion: number; readonly byteLength: number },
): { readonly body: Decoded<R>; readonly headerTags: readonly UnknownTag[]; readonly leftOver: Buffer } {
  const reader = new Reader(frame, header.byteLength)
  const headerTags = header.apiVersion >= api.flexibleSince ? readHeaderTags(reader) : []
  const body = codecOf(api, 'request', header.apiVersion).read(reader) as Decoded<R>
  return { headerTags, body, leftOver: reader.bytes(reader.remaining) }
}

export function encodeRequest<R extends Shape>(
  api: Api<R>,
  header: Omit<RequestHeader, 'apiKey'> & { readonly headerTags?: readonly UnknownTag[] },
  body: Input<R>,
): Buffer[] {
  const writer = new Writer()
  writeRequestHeader(writer, { ...header, apiKey: api.key })
  if (header.apiVersion >= api.flexibleSince) writeHeaderTags(writer, header.headerTags)
  codecOf(api, 'request', header.apiVersion).write(writer, body)
  return framed(writer)
}

export function decodeResponse<R extends Shape>(
  api: Api<Shape, R>,
  apiVersion: number,
  frame: Buffer,
): { readonly correlationId: number; readonly body: Decoded<R>; readonly headerTags: readonly UnknownTag[] } {
  const reader = new Reader(frame)
  const correlationId = reader.int32()
  const headerTags = hasResponseTags(api, apiVersion) ? readHeaderTags(reader) : []
  const body = codecOf(api, 'response', apiVersion).read(reader) as Decoded<R>
  if (reader.remaining > 0)
    throw corrupt(`${reader.remaining} bytes are left over after the answer to ${api.name} v${apiVersion}`)
  return { correlationId, headerTags, body }
}

export function encodeResponse<R extends Shape>(
  api: Api<Shape, R>,
  header: {
    readonly apiVersion: number
    readonly correlationId: number
    readonly headerTags?: readonly UnknownTag[]
  },
  body: Input<R>,
): Buffer[] {
  const writer = new Writer()
  writer.int32(header.correlationId)
  if (hasResponseTags(api, header.apiVersion)) writeHeaderTags(writer, header.headerTags)
  codecOf(api, 'response', header.apiVersion).write(writer, body)
  return framed(writer)
}

/** ApiVersions answers with the old header in all versions: the client may not know yet what the broker speaks (KIP-511). */
function hasResponseTags(api: Api, version: number): boolean {
  return version >= api.flexibleSince && api.key !== 18
}

function framed(writer: Writer): Buffer[] {
  const length = Buffer.allocUnsafe(4)
  length.writeInt32BE(writer.byteLength)
  return [length, ...writer.finish()]
}

const compiled = new WeakMap<Shape, Map<number, Codec>>()

function codecOf(api: Api, side: 'request' | 'response', version: number): Codec {
  assert(version >= api.versions.min && version <= api.versions.max, `${api.name} v${version} is in the table`)
  const shape = api[side]
  let versions = compiled.get(shape)
  if (!versions) compiled.set(shape, (versions = new Map()))
  let codec = versions.get(version)
  if (!codec) versions.set(version, (codec = compileShape(shape, version, version >= api.flexibleSince)))
  return codec
}
