import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { CustomerKey } from './customer-key.ts'

const timeoutMs = 30_000

/**
 * A key that only another program has, of a KMS for instance: it is called with `wrap` or `unwrap` behind its own words, reads base64
 * from standard input and writes base64. WEIR-3023 when it fails.
 */
export function commandKey(command: readonly string[], name: string): CustomerKey {
  const call = (verb: 'wrap' | 'unwrap') => async (input: Buffer) => {
    const words = [...command, verb]
    const output = await run(words, `${input.toString('base64')}\n`)
    const bytes = Buffer.from(output.trim(), 'base64')
    if (bytes.length === 0) throw failed(words, 'it wrote nothing in base64')
    return bytes
  }
  return { id: name, wrap: call('wrap'), unwrap: call('unwrap') }
}

async function run(words: readonly string[], input: string): Promise<string> {
  const child = spawn(words[0]!, words.slice(1), { stdio: ['pipe', 'pipe', 'pipe'], timeout: timeoutMs })
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', (error) => reject(failed(words, error.message)))
    child.once('close', (code, signal) =>
      code === 0 ? resolve('') : reject(new Error(`it ended with ${signal ?? `exit code ${code}`}`)),
    )
  })
  child.stdin.on('error', () => undefined).end(input)
  const [output, complaint] = [text(child.stdout), text(child.stderr)]
  try {
    await ended
  } catch (error) {
    if (error instanceof WeirError) throw error
    throw failed(words, `${(error as Error).message}: ${(await complaint).trim().slice(0, 500)}`)
  }
  return output
}

function failed(words: readonly string[], why: string): WeirError {
  return new WeirError('WEIR-3023', `the command of streams.encryption failed, ${words.join(' ')}: ${why}`)
}
