import { once } from 'node:events'
import colors from './colors.ts'
import type { Output } from './command.ts'

export function createOutput(json: boolean): Output {
  return {
    json,
    answer(value, text) {
      const shown = json ? JSON.stringify(value, bigintAsText) : text()
      if (shown !== '') process.stdout.write(`${shown}\n`)
    },
    line(text = '') {
      if (!json) process.stdout.write(`${text}\n`)
    },
    async bytes(data) {
      if (process.stdout.write(data)) return
      await once(process.stdout, 'drain')
    },
    note(text) {
      if (!json) process.stderr.write(`${colors.dim(text)}\n`)
    },
  }
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

/** 1,204,000 */
export function formatCount(count: number | bigint | string): string {
  return BigInt(count).toLocaleString('en-US')
}
