import type { Datum } from '../../api/answers.ts'
import { formatBytes } from '../../parts/format.ts'

/** A key or a value in one line of a list. */
export function DatumCell({ of, absent }: { readonly of: Datum | null; readonly absent: string }) {
  if (of === null) return <span className="nil">{absent}</span>
  if (of.format === 'bytes') return <code title="bytes in hexadecimal">{hexOf(bytesOf(of).slice(0, 64))}</code>
  return <code>{of.text.replaceAll(/\s+/g, ' ')}</code>
}

/** In full, as what it is: JSON laid out, text, or bytes beside their characters. */
export function DatumView(props: {
  readonly of: Datum
  /** Where all of it can be had. */
  readonly href: string
  readonly name: string
}) {
  const { of, href, name } = props
  return (
    <>
      <p className="row quiet">
        <span>
          {formatNames[of.format]}, {formatBytes(of.bytes)}
          {of.schema ? `, by schema ${of.schema.id}` : null}
        </span>
        {of.schema ? (
          <span>
            {of.schema.subject} version {of.schema.version}
            {of.schema.name === undefined ? null : `, ${of.schema.name}`}
          </span>
        ) : null}
        <a href={href} download>
          Download the {name}
        </a>
      </p>
      {of.problem === undefined ? null : (
        <p className="state" data-tone="warning">
          ▲ {of.problem}
        </p>
      )}
      {of.cut ? (
        <p className="quiet">
          Shown are the first {formatBytes(shownBytes(of))} of {formatBytes(of.bytes)}; the download has all of it.
        </p>
      ) : null}
      <pre className="code" tabIndex={0} aria-label={`The ${name}`}>
        {textOf(of)}
      </pre>
    </>
  )
}

const formatNames: Readonly<Record<Datum['format'], string>> = {
  avro: 'Avro',
  json: 'JSON',
  text: 'text',
  bytes: 'bytes',
}

function shownBytes({ text, encoding }: Datum): number {
  return encoding === 'base64' ? atob(text).length : new TextEncoder().encode(text).length
}

const laidOutMax = 300_000
const dumpedMax = 4096

function textOf(of: Datum): string {
  if (of.format === 'bytes') return dumpOf(bytesOf(of).slice(0, dumpedMax))
  if (of.cut || (of.format !== 'json' && of.format !== 'avro')) return of.text
  return laidOut(of.text)
}

/** Parsing would round numbers beyond 2^53: then the text stays as it came. */
function laidOut(text: string): string {
  if (text.length > laidOutMax || /\d{16}/.test(text)) return text
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function bytesOf({ text }: Datum): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

const bytesOfLine = 16

/** `00000010  ff 00 …  |..a.|`, as hexdump prints it. */
function dumpOf(bytes: Uint8Array): string {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += bytesOfLine) {
    const line = bytes.slice(at, at + bytesOfLine)
    const characters = Array.from(line, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join(
      '',
    )
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hexOf(line).padEnd(bytesOfLine * 3)} |${characters}|`)
  }
  return lines.join('\n')
}
