import type { Compression, FileFormat } from '../crawled-table.ts'

export interface GuessedFormat {
  readonly format: FileFormat
  readonly compression: Compression
  readonly why: string
}

const extensions: Readonly<Record<string, FileFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  txt: 'csv',
  json: 'json',
  jsonl: 'json',
  ndjson: 'json',
  parquet: 'parquet',
  pq: 'parquet',
}

/** By how the file begins; its name decides between kinds of text. A reason as text for what is no table. */
export function guessFormat(path: string, head: Buffer): GuessedFormat | string {
  if (head.subarray(0, 4).toString('latin1') === 'PAR1')
    return { format: 'parquet', compression: 'none', why: 'format: parquet, it begins with PAR1' }
  const compression = compressionOf(head)
  const [, extension = ''] = /\.([A-Za-z0-9]+)$/.exec(path.replace(/\.(gz|gzip|zst|zstd)$/i, '')) ?? []
  const named = extensions[extension.toLowerCase()]
  const packed = compression === 'none' ? '' : `, packed with ${compression}`
  if (named === 'parquet') return `its name ends in .${extension}, but it does not begin with PAR1`
  if (named) return { format: named, compression, why: `format: ${named}, its name ends in .${extension}${packed}` }
  if (compression !== 'none') return `its name does not say what is packed in it. Name it .csv.gz, .json.gz or the like`
  const first = /\S/.exec(head.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, ''))?.[0]
  if (head.includes(0)) return 'it holds bytes that are no text, and is no Parquet file'
  if (first === '{' || first === '[')
    return { format: 'json', compression, why: `format: json, it begins with ${first}` }
  return { format: 'csv', compression, why: 'format: csv, for it is text and does not begin as JSON does' }
}

function compressionOf(head: Buffer): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  return head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : 'none'
}
