/** A Puffin file (Puffin specification, version 1): magic, blobs, and a footer that describes them. */
export interface Blob {
  readonly type: string
  /** Field ids that it was computed of. */
  readonly fields: readonly number[]
  readonly properties: Readonly<Record<string, string>>
  readonly bytes: Buffer
}

export interface PlacedBlob {
  readonly offset: number
  readonly length: number
}

export const puffinMagic = Buffer.from('PFA1')

/** The file, nothing compressed, and where each blob lies in it. */
export function encodePuffin(blobs: readonly Blob[]): {
  readonly bytes: Buffer
  readonly places: readonly PlacedBlob[]
} {
  let offset = puffinMagic.length
  const places = blobs.map(({ bytes }) => {
    const place = { offset, length: bytes.length }
    offset += bytes.length
    return place
  })
  const described = blobs.map(({ type, fields, properties }, at) => ({
    type,
    fields,
    // Not known before the commit.
    'snapshot-id': -1,
    'sequence-number': -1,
    ...places[at]!,
    properties,
  }))
  const payload = Buffer.from(JSON.stringify({ blobs: described, properties: { 'created-by': 'Weir' } }))
  const size = Buffer.alloc(8)
  size.writeInt32LE(payload.length)
  const footer = [puffinMagic, payload, size, puffinMagic]
  return { bytes: Buffer.concat([puffinMagic, ...blobs.map(({ bytes }) => bytes), ...footer]), places }
}
