/** A column of a Parquet file as its footer describes it, with what lies inside it. */
export interface FileColumn {
  readonly name: string
  /** None in files that were not written for Iceberg. */
  readonly id?: number
  readonly repeated: boolean
  /** Physical, converted and logical type, for files of which the same columns hold other values. */
  readonly kind: string
  readonly children: readonly FileColumn[]
}

/** What the begin of the metadata of a Parquet file says. */
export interface FileHead {
  readonly columns: readonly FileColumn[]
  readonly rows: number
}

/** The columns that the metadata of a Parquet file names, and how many rows (parquet.thrift, in Thrift's compact protocol). `RangeError` when it names none. */
export function parquetHead(metadata: Buffer): FileHead {
  const reader = new CompactReader(metadata)
  let elements: readonly Element[] = []
  let rows = 0
  // FileMetaData: version, the schema, depth first, and the number of rows.
  for (const { id, type } of reader.fields()) {
    if (id === 2 && type === types.list) elements = reader.list(() => readElement(reader))
    else if (id === 3 && type === types.int64) {
      rows = reader.integer()
      break
    } else reader.skip(type)
  }
  const [root, ...rest] = elements
  if (root === undefined) throw new RangeError('the metadata names no columns')
  const left = rest.values()
  const take = (count: number): readonly FileColumn[] =>
    Array.from({ length: count }, () => {
      const { value } = left.next()
      if (value === undefined) throw new RangeError('the metadata names fewer columns than it says')
      const { name, id, kind, repeated, children } = value
      return { name, ...(id === undefined ? {} : { id }), kind, repeated, children: take(children) }
    })
  return { columns: take(root.children), rows }
}

interface Element {
  readonly name: string
  readonly id: number | undefined
  readonly kind: string
  readonly repeated: boolean
  readonly children: number
}

const repeatedType = 2

/** SchemaElement: 1 type, 2 type_length, 3 repetition_type, 4 name, 5 num_children, 6 converted_type, 7 scale, 8 precision, 9 field_id, 10 logicalType. */
function readElement(reader: CompactReader): Element {
  const numbers = new Map<number, number>()
  let name = ''
  let logical = ''
  for (const { id, type } of reader.fields()) {
    if (type === types.int32) numbers.set(id, reader.integer())
    else if (id === 4 && type === types.binary) name = reader.text()
    else if (id === 10) logical = reader.raw(type).toString('hex')
    else reader.skip(type)
  }
  return {
    name,
    id: numbers.get(9),
    kind: [...[1, 2, 6, 7, 8].map((id) => numbers.get(id) ?? ''), logical].join(' '),
    repeated: numbers.get(3) === repeatedType,
    children: numbers.get(5) ?? 0,
  }
}

const types = {
  true: 1,
  false: 2,
  byte: 3,
  int16: 4,
  int32: 5,
  int64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
}

class CompactReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** The fields of a struct; who takes one reads or skips its value. */
  *fields(): Iterable<{ readonly id: number; readonly type: number }> {
    for (let last = 0; ;) {
      const header = this.#byte()
      if (header === 0) return
      const [delta, type] = [header >> 4, header & 15]
      last = delta === 0 ? this.integer() : last + delta
      yield { id: last, type }
    }
  }

  list<T>(item: () => T): readonly T[] {
    const { count } = this.#listHeader()
    return Array.from({ length: count }, item)
  }

  integer(): number {
    const raw = this.#varint()
    return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2
  }

  text(): string {
    return this.#take(this.#varint()).toString()
  }

  /** The bytes of a value. */
  raw(type: number): Buffer {
    const from = this.#at
    this.skip(type)
    return this.#bytes.subarray(from, this.#at)
  }

  skip(type: number): void {
    if (type === types.byte) this.#take(1)
    else if (type === types.int16 || type === types.int32 || type === types.int64) this.#varint()
    else if (type === types.double) this.#take(8)
    else if (type === types.binary) this.#take(this.#varint())
    else if (type === types.list || type === types.set) this.#skipList()
    else if (type === types.map) this.#skipMap()
    else if (type === types.struct) for (const field of this.fields()) this.skip(field.type)
    else if (type !== types.true && type !== types.false) throw new RangeError(`there is no Thrift type ${type}`)
  }

  #skipList(): void {
    const { count, type } = this.#listHeader()
    for (let left = count; left > 0; left--) this.#skipItem(type)
  }

  #skipMap(): void {
    const count = this.#varint()
    if (count === 0) return
    const kinds = this.#byte()
    for (let left = count; left > 0; left--) {
      this.#skipItem(kinds >> 4)
      this.#skipItem(kinds & 15)
    }
  }

  /** Truth is in the header of a field, and a byte of its own in a list. */
  #skipItem(type: number): void {
    if (type === types.true || type === types.false) this.#take(1)
    else this.skip(type)
  }

  #listHeader(): { readonly count: number; readonly type: number } {
    const header = this.#byte()
    const short = header >> 4
    return { count: short === 15 ? this.#varint() : short, type: header & 15 }
  }

  /** Exact below 2^53, as far as numbers are taken here; beyond it only skipped. */
  #varint(): number {
    let value = 0
    for (let unit = 1; ; unit *= 128) {
      const byte = this.#byte()
      value += (byte & 127) * unit
      if (byte < 128) return value
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new RangeError('the metadata is cut short')
    return byte
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new RangeError('the metadata is cut short')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}
