import { RestError } from './rest-error.ts'

/** What file systems take as one name, less what a folder gets behind it where one of the name is left (`freeLocation`). */
const bytesMax = 255 - '-01234567'.length

/**
 * 400 for a name that a table, a view or a level of a namespace could be given and never be found by again: `.` and `..` are steps in an
 * address, NUL is no character of SQL, and a folder is made of each.
 */
export function mustBeUsable(name: string): void {
  const reason = unusable(name)
  if (reason !== undefined)
    throw new RestError(400, 'BadRequestException', `The name ${shortened(name)} cannot be used: ${reason}`)
}

function unusable(name: string): string | undefined {
  if (name === '.' || name === '..') return 'it is a step in an address. Choose another'
  if (name.includes('\0')) return 'it holds the character NUL. Leave it out'
  const bytes = Buffer.byteLength(folderName(name))
  return bytes > bytesMax ? `as a folder it has ${bytes} bytes, ${bytesMax} at most. Choose a shorter one` : undefined
}

/** The folder of a table or view, of a level of a namespace: what is no letter or digit is written as in an address. */
export function folderName(name: string): string {
  const encoded = name.replaceAll(/[^\p{L}\p{N}_.-]/gu, (character) => encodeURIComponent(character))
  return encoded.replaceAll(/^\.+$/g, (dots) => '%2E'.repeat(dots.length))
}

function shortened(name: string): string {
  const shown = JSON.stringify(name)
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown
}
