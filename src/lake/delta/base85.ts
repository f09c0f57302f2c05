const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#'
const values = new Map(Array.from(alphabet).map((character, value) => [character, value]))

/** Z85 (ZeroMQ RFC 32): five characters for four bytes. `RangeError` for what is none. */
export function decodeBase85(text: string): Buffer {
  if (text.length % 5 !== 0) throw new RangeError(`base 85 comes in groups of 5 characters, this has ${text.length}`)
  const bytes = Buffer.alloc((text.length / 5) * 4)
  for (let group = 0; group < text.length / 5; group++) {
    let number = 0
    for (const character of text.slice(group * 5, group * 5 + 5)) {
      const value = values.get(character)
      if (value === undefined) throw new RangeError(`${JSON.stringify(character)} is no character of base 85`)
      number = number * 85 + value
    }
    if (number >= 2 ** 32) throw new RangeError(`${text.slice(group * 5, group * 5 + 5)} is more than four bytes`)
    bytes.writeUInt32BE(number, group * 4)
  }
  return bytes
}

const groupBytes = 4

/** The other way round; zeros fill the last group. */
export function encodeBase85(bytes: Buffer): string {
  const whole = Buffer.alloc(Math.ceil(bytes.length / groupBytes) * groupBytes)
  bytes.copy(whole)
  let text = ''
  for (let at = 0; at < whole.length; at += groupBytes) {
    let number = whole.readUInt32BE(at)
    let group = ''
    for (let digit = 0; digit < 5; digit++) {
      group = alphabet[number % 85]! + group
      number = Math.floor(number / 85)
    }
    text += group
  }
  return text
}
