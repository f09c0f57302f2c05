import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A program that answers each line that it is sent with one line, in order. */
export interface LineService {
  /** `rows` of the answer; its `error` is thrown. */
  ask(request: unknown): Promise<readonly unknown[]>
  stop(): Promise<void>
}

export function startLineService(command: readonly string[], env: NodeJS.ProcessEnv): LineService {
  const [file, ...args] = command
  const child = spawn(file!, args, { stdio: ['pipe', 'pipe', 'inherit'], env })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`)
      const { value, done } = await lines.next()
      if (done) throw new Error(`${args[0]} ended`)
      const answer = JSON.parse(value) as { readonly rows?: readonly unknown[]; readonly error?: string }
      if (answer.error !== undefined) throw new Error(answer.error)
      return answer.rows ?? []
    },
    async stop() {
      child.stdin.end()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}
