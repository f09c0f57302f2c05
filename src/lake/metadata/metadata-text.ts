import { stringifyJson } from '../json.ts'

/** Lists of a table that grow by an entry with each commit; an entry never changes. */
const growing: ReadonlySet<string> = new Set(['snapshots', 'snapshot-log', 'metadata-log'])
const texts = new WeakMap<object, string>()

/**
 * The JSON of a table's or a view's metadata, as `stringifyJson` has it. A table with a commit a second names thousands of snapshots, so the
 * text of each is kept for as long as the snapshot is.
 */
export function metadataText(metadata: object): string {
  const members = Object.entries(metadata).flatMap(([name, value]: [string, unknown]) => {
    const text =
      growing.has(name) && Array.isArray(value) ? `[${value.map(entryText).join(',')}]` : stringifyJson(value)
    // JSON has no undefined.
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`]
  })
  return `{${members.join(',')}}`
}

function entryText(entry: object): string {
  const known = texts.get(entry)
  if (known !== undefined) return known
  const text = stringifyJson(entry)
  texts.set(entry, text)
  return text
}
