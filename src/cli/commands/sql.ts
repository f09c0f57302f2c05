import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Command } from '../command.ts'
import { mustRun } from '../running.ts'

export const sql: Command = {
  name: 'sql',
  summary: 'run SQL over snapshot and tail, and print the rows',
  arguments: [{ name: 'statement', description: 'the SQL; from standard input without it', required: false }],
  options: [{ flags: '--file <path>', description: 'take the SQL from a file' }],
  examples: ["weir sql 'select count(*) from events'", 'weir sql --json < report.sql'],
  async run({ arguments: [statement], options, output, directory }) {
    const { postgres } = mustRun(directory)
    const { runScript, printAnswer } = await import('../sql-session.ts')
    const one = async (text: string): Promise<void> => {
      if (text.trim() === '') throw new WeirError('WEIR-2009', 'there is no SQL to run: the text is empty')
      printAnswer(await runScript(postgres, text), output)
    }
    if (typeof options['file'] === 'string') return one(readFileSync(options['file'], 'utf8'))
    if (statement !== undefined) return one(statement)
    if (!process.stdin.isTTY) return one(await textOfInput())
    await converse(one)
  },
}

async function textOfInput(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** A line ends a statement when it ends with a semicolon; errors do not end the conversation. */
async function converse(run: (text: string) => Promise<void>): Promise<void> {
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  let text = ''
  for (;;) {
    const line = await lines.question(text === '' ? 'weir> ' : '    > ').catch(() => undefined)
    if (line === undefined || line.trim() === '\\q' || line.trim() === 'exit') return lines.close()
    text += `${line}\n`
    if (!text.trimEnd().endsWith(';')) continue
    await run(text).catch((error: unknown) => {
      if (!(error instanceof WeirError)) throw error
      process.stderr.write(`${error.message}\n`)
    })
    text = ''
  }
}
