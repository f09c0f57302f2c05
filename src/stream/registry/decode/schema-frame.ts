/** Where bytes come from; of several subjects that have a schema, that of the topic is named. */
export interface ValuePlace {
  readonly topic: string
  readonly part: 'key' | 'value'
  readonly headers?: readonly { readonly key: string; readonly value: Buffer | null }[]
}

/** Which schema the bytes of a record name, and what is left to be read by it. */
export interface SchemaFrame {
  readonly id?: number
  readonly guid?: string
  readonly payload: Buffer
}

/** A zero byte and four of the id in front, as serializers write it; or a header of the record with the id, or the GUID of the schema. */
export function readFrame(bytes: Buffer, { part, headers = [] }: ValuePlace): SchemaFrame | undefined {
  const header = headers.findLast(({ key }) => key === `__${part}_schema_id`)?.value
  if (header && header[0] === 1 && header.length === 17) return { guid: uuidOf(header.subarray(1)), payload: bytes }
  if (header && header[0] === 0 && header.length === 5) return { id: header.readUInt32BE(1), payload: bytes }
  if (bytes.length < 5 || bytes[0] !== 0) return undefined
  return { id: bytes.readUInt32BE(1), payload: bytes.subarray(5) }
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
