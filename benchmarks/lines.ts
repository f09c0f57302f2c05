import { closeSync, openSync, writeSync } from 'node:fs'

/** The table that the lines fit: a little of everything that events have. */
export const columns = {
  id: 'long',
  at: 'timestamptz',
  user: 'string',
  kind: 'string',
  amount: 'double',
  ok: 'boolean',
  note: 'string',
} as const

/** NDJSON, `size` bytes a line on average; a share `bad` of the lines does not fit the table. The same bytes each time. */
export function writeLines(
  file: string,
  { megabytes, size, bad }: { readonly megabytes: number; readonly size: number; readonly bad: number },
): void {
  const out = openSync(file, 'w')
  const every = bad === 0 ? Infinity : Math.round(1 / bad)
  let written = 0
  let lines: string[] = []
  for (let id = 0; written < megabytes * 1e6; id++) {
    const line = lineOf(id, size, id % every === every - 1)
    written += line.length
    lines.push(line)
    if (lines.length === 5000) {
      writeSync(out, lines.join(''))
      lines = []
    }
  }
  writeSync(out, lines.join(''))
  closeSync(out)
}

function lineOf(id: number, size: number, bad: boolean): string {
  const at = new Date(1_767_225_600_000 + id * 37).toISOString()
  const short = size < 300
  const amount = ((id * 7919) % 100_000) / 100
  if (short)
    return `{"id":${bad ? 1.5 : id},"at":"${at}","user":"u${id % 1000}","amount":${amount},"ok":${id % 3 === 0}}\n`
  const note = words(id, size - 150)
  return `{"id":${bad ? 1.5 : id},"at":"${at}","user":"user-${id % 10_000}","kind":"kind-${id % 12}","amount":${amount},"ok":${id % 3 === 0},"note":"${note}"}\n`
}

const vocabulary = [
  'order',
  'paid',
  'shipped',
  'north',
  'warehouse',
  'customer',
  'retry',
  'fragile',
  'express',
  'returned',
  'gift',
  'invoice',
  'delayed',
  'signature',
]

function words(seed: number, length: number): string {
  let text = ''
  for (let state = seed + 1; text.length < length;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    text += `${vocabulary[state % vocabulary.length]}${state % 97} `
  }
  return text.slice(0, length)
}
