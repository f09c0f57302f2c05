import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { under } from './location.ts'

/**
 * A UUID of version 8 (RFC 9562: of one's own making) whose last 48 bits are checksums, at the end of a name but for `-m0` of manifests and
 * what kind of file it is: whoever makes another file of one names it otherwise.
 */
const checkedId =
  /[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-([0-9a-f]{4})([0-9a-f]{8})(?:-m\d?)?\.(?:metadata\.json|avro|json|ndjson)$/

/**
 * A new location in `folder` whose name says what the object holds: the id that `nameOf` is given ends in a checksum of the folder and one
 * of the bytes, and is random before. Objects never change, so that whoever reads it knows whether it is still what was stored.
 */
export function checkedLocation(folder: string, bytes: Uint8Array, nameOf: (id: string) => string): string {
  const random = randomBytes(10)
  random[6] = 0x80 | (random[6]! & 0x0f)
  random[8] = 0x80 | (random[8]! & 0x3f)
  const text = random.toString('hex')
  const parts = [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20)]
  return under(folder, nameOf([...parts, sumOfFolder(under(folder, '')) + sumOf(bytes)].join('-')))
}

/**
 * The bytes, if they are those that the name of the object speaks of; `WEIR-8007` if not. A name that says nothing of them, or says it of
 * another folder (an engine may move a table, and change its metadata under the same names), is no reason to doubt.
 */
export function asNamed<Bytes extends Uint8Array>(location: string, bytes: Bytes): Bytes {
  const name = location.lastIndexOf('/') + 1
  const [, folder, expected] = checkedId.exec(location.slice(name)) ?? []
  if (expected === undefined || folder !== sumOfFolder(location.slice(0, name))) return bytes
  const found = sumOf(bytes)
  if (found === expected) return bytes
  throw new WeirError(
    'WEIR-8007',
    `${location} does not hold what was stored there: its name says checksum ${expected}, its ${bytes.length} bytes have ${found}`,
  )
}

function sumOfFolder(folder: string): string {
  return sumOf(Buffer.from(folder)).slice(4)
}

function sumOf(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, '0')
}
