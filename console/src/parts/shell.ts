/** A line for a shell: each value stays one word, whatever is in it. Names of groups are what any client likes to call them. */
export function shell(texts: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw({ raw: texts }, ...values.map(shellWord))
}

export function shellWord(text: string): string {
  return /^[\w@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
