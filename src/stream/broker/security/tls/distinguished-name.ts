/**
 * The subject of a certificate as Java's X500Principal.getName() writes it (RFC 2253), for that is the name of the user in Kafka:
 * `CN=ada,OU=shop,O=acme,C=DE`. Read from the DER itself: texts of other tools lose order, types or escapes.
 */
export function subjectOf(certificate: Buffer): string {
  const [tbs] = childrenOf(elementAt(certificate, 0).content)
  const fields = childrenOf(tbs!.content)
  // version [0], when it is there, stands before serial, signature, issuer, validity and subject.
  const subject = fields[fields[0]!.tag === 0xa0 ? 5 : 4]!
  return childrenOf(subject.content)
    .map(({ content }) => childrenOf(content).map(attribute).join('+'))
    .toReversed()
    .join(',')
}

interface Element {
  readonly tag: number
  readonly content: Buffer
  /** With tag and length. */
  readonly whole: Buffer
}

/** Those that have a word in RFC 2253; all others are written as numbers. */
const words: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
}

function attribute({ content }: Element): string {
  const [type, value] = childrenOf(content)
  const oid = identifier(type!.content)
  const word = words[oid]
  const text = word === undefined ? undefined : textOf(value!)
  // A value without a word, or that is no text, is its bytes.
  return text === undefined ? `${word ?? oid}=#${value!.whole.toString('hex')}` : `${word}=${escape(text)}`
}

function textOf({ tag, content }: Element): string | undefined {
  // UTF8String, PrintableString, IA5String, NumericString, T61String: Java reads all of them so.
  if ([0x0c, 0x13, 0x16, 0x12, 0x14].includes(tag)) return content.toString('utf8')
  if (tag === 0x1e) return Buffer.from(content).swap16().toString('utf16le')
  return undefined
}

/** As RFC 2253, section 2.4: what has a meaning of its own, and blanks at the ends. */
function escape(text: string): string {
  return text
    .replaceAll(/[,=+<>#;"\\]/g, String.raw`\$&`)
    .replaceAll('\0', String.raw`\00`)
    .replaceAll(/^ +| +$/g, (blanks) => String.raw`\ `.repeat(blanks.length))
}

function identifier(bytes: Buffer): string {
  const numbers: number[] = []
  let value = 0
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f)
    if (byte >= 0x80) continue
    numbers.push(value)
    value = 0
  }
  const [first = 0, ...rest] = numbers
  const root = Math.min(2, Math.floor(first / 40))
  return [root, first - root * 40, ...rest].join('.')
}

function childrenOf(content: Buffer): Element[] {
  const children: Element[] = []
  for (let at = 0; at < content.length;) {
    const child = elementAt(content, at)
    children.push(child)
    at += child.whole.length
  }
  return children
}

function elementAt(buffer: Buffer, at: number): Element {
  const first = buffer[at + 1]!
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f
  const length = lengthBytes === 0 ? first : buffer.readUIntBE(at + 2, lengthBytes)
  const start = at + 2 + lengthBytes
  return {
    tag: buffer[at]!,
    content: buffer.subarray(start, start + length),
    whole: buffer.subarray(at, start + length),
  }
}
