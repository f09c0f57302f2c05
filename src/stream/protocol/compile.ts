import { corrupt } from './corrupt.ts'
import { zeroUuid, type AnyField, type Shape, type UnknownTag } from './field.ts'
import { compileBytes, compileString, fixed, lengths, type Codec } from './primitive-codecs.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

type Struct = Record<string, unknown>
interface Context {
  readonly version: number
  readonly flexible: boolean
}

/** The codec of a message's fields in one version. */
export function compileShape(shape: Shape, version: number, flexible: boolean): Codec {
  return compileStruct(shape, { version, flexible })
}

function compileStruct(shape: Shape, context: Context): Codec {
  const { version, flexible } = context
  const fields = Object.entries(shape)
  const absent = fields.filter(([, field]) => !has(field, version))
  const tagged = fields.filter(([, field]) => has(field, version) && field.tag)
  const plain = fields.filter(([, field]) => has(field, version) && !field.tag)
  const names = plain.map(([name]) => name)
  const codecs = plain.map(([name, field]) => named(name, compileField(field, context)))
  const defaults = plain.map(([, field]) => missingOf(field))
  const others = [...absent, ...tagged].map(([name, field]) => [name, missingOf(field)] as const)
  const tags = flexible ? compileTags(tagged, context) : undefined
  return {
    bytesMin: codecs.reduce((sum, codec) => sum + codec.bytesMin, flexible ? 1 : 0),
    read(reader) {
      const value: Struct = {}
      for (let index = 0; index < codecs.length; index++) value[names[index]!] = codecs[index]!.read(reader)
      for (const [name, missing] of others) value[name] = missing
      tags?.read(reader, value)
      return value
    },
    write(writer, value) {
      const source = value as Struct
      for (let index = 0; index < codecs.length; index++) {
        const field = source[names[index]!]
        codecs[index]!.write(writer, field === undefined ? defaults[index] : field)
      }
      tags?.write(writer, source)
    },
  }
}

/** Adds the field to what a failing read says. */
function named(name: string, codec: Codec): Codec {
  return {
    ...codec,
    write(writer, value) {
      if (value === undefined) throw new TypeError(`${name} has no value and no default`)
      codec.write(writer, value)
    },
  }
}

interface Tags {
  read(reader: Reader, into: Struct): void
  write(writer: Writer, source: Struct): void
}

function compileTags(fields: readonly (readonly [string, AnyField])[], context: Context): Tags {
  const known = new Map(
    fields.map(([name, field]) => [
      field.tag!.id,
      { name, codec: compileField(field, context), isDefault: (value: unknown) => isMissing(field, value) },
    ]),
  )
  return {
    read(reader, into) {
      const count = reader.unsignedVarint()
      for (let index = 0, last = -1; index < count; index++) {
        const tag = reader.unsignedVarint()
        if (tag <= last) throw corrupt(`tagged field ${tag} follows ${last}`)
        last = tag
        const data = reader.bytes(reader.unsignedVarint())
        const found = known.get(tag)
        if (found) into[found.name] = readWhole(found.codec, data, found.name)
        else ((into['unknownTags'] ??= []) as UnknownTag[]).push({ tag, data })
      }
    },
    write(writer, source) {
      const unknown = source['unknownTags'] as readonly UnknownTag[] | undefined
      if (known.size === 0 && !unknown) return writer.unsignedVarint(0)
      const present = [...(unknown ?? [])].map(({ tag, data }) => ({ tag, buffers: [data], byteLength: data.length }))
      for (const [tag, { name, codec, isDefault }] of known) {
        const value = source[name]
        if (value === undefined || isDefault(value)) continue
        const inner = new Writer()
        codec.write(inner, value)
        present.push({ tag, byteLength: inner.byteLength, buffers: inner.finish() })
      }
      present.sort((left, right) => left.tag - right.tag)
      writer.unsignedVarint(present.length)
      for (const { tag, buffers, byteLength } of present) {
        writer.unsignedVarint(tag)
        writer.unsignedVarint(byteLength)
        writer.append(buffers)
      }
    },
  }
}

function readWhole(codec: Codec, data: Buffer, what: string): unknown {
  const reader = new Reader(data)
  const value = codec.read(reader)
  if (reader.remaining > 0) throw corrupt(`${reader.remaining} bytes follow the tagged field ${what}`)
  return value
}

function compileField(field: AnyField, context: Context): Codec {
  const nullable = field.nullable !== undefined && within(field.nullable, context.version)
  const { type } = field
  if (type.kind === 'array') return compileArray(compileField(type.element, context), context.flexible, nullable)
  if (type.kind === 'struct') {
    const codec = compileStruct(type.shape, context)
    return nullable ? nullableStruct(codec) : codec
  }
  if (type.kind === 'string') return compileString(context.flexible, nullable)
  if (type.kind === 'bytes') return compileBytes(context.flexible, nullable)
  return fixed[type.kind]
}

function compileArray(element: Codec, flexible: boolean, nullable: boolean): Codec {
  const length = lengths(flexible, nullable, 4, 'a list')
  return {
    bytesMin: length.bytesMin,
    read(reader) {
      const count = length.read(reader)
      if (count === -1) return null
      if (count * Math.max(1, element.bytesMin) > reader.remaining)
        throw corrupt(`a list of ${count} at byte ${reader.position}, where ${reader.remaining} bytes are left`)
      const list: unknown[] = []
      for (let index = 0; index < count; index++) list.push(element.read(reader))
      return list
    },
    write(writer, value) {
      if (value === null) return length.write(writer, -1)
      const list = value as readonly unknown[]
      length.write(writer, list.length)
      for (const item of list) element.write(writer, item)
    },
  }
}

function nullableStruct(codec: Codec): Codec {
  return {
    bytesMin: 1,
    read: (reader) => (reader.int8() < 0 ? null : codec.read(reader)),
    write(writer, value) {
      writer.int8(value === null ? -1 : 1)
      if (value !== null) codec.write(writer, value)
    },
  }
}

function has(field: AnyField, version: number): boolean {
  return within(field.versions, version)
}

function within(range: { readonly min: number; readonly max: number }, version: number): boolean {
  return version >= range.min && version <= range.max
}

/** The value of a field that is not there: its default, and for a struct the defaults of its fields. */
function missingOf(field: AnyField): unknown {
  if (field.missing !== undefined || field.type.kind !== 'struct') return field.missing
  return Object.fromEntries(Object.entries(field.type.shape).map(([name, inner]) => [name, missingOf(inner)]))
}

/** Whether a tagged field's value is its default, and so is not written. */
function isMissing(field: AnyField, value: unknown): boolean {
  if (value === null || field.missing === null) return value === field.missing
  if (field.type.kind === 'array') return (value as readonly unknown[]).length === 0
  if (field.type.kind === 'bytes') return (value as Buffer).length === 0
  if (field.type.kind !== 'struct') return value === field.missing || (field.type.kind === 'uuid' && value === zeroUuid)
  const source = value as Struct
  return Object.entries(field.type.shape).every(([name, inner]) => {
    const part = source[name]
    return part === undefined || isMissing(inner, part)
  })
}
