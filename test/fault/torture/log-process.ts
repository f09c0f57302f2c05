import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrokerLimits } from '../../../src/stream/broker/broker.ts'

export interface LogSettings {
  readonly directory: string
  readonly port: number
  /** Where it notes what it has synced. */
  readonly ledger: string
  readonly clockOffsetMs: number
  /** What fits on its disk; no end to it when left out. */
  readonly roomBytes?: number
  readonly key?: string | undefined
  readonly limits: Partial<BrokerLimits>
  /** It answers before it has synced, to see whether that is noticed. */
  readonly isCareless?: boolean
}

export type LogOrder =
  | { readonly kind: 'clock'; readonly offsetMs: number }
  /** Undefined: no end to it. */
  | { readonly kind: 'room'; readonly bytes?: number }
  | { readonly kind: 'tell' }

export type LogReport =
  | { readonly kind: 'open' }
  | { readonly kind: 'troubles'; readonly troubles: readonly (readonly [string, string])[] }

export interface LogProcess {
  /** Whether the port is open; false when it ended before. */
  readonly opened: Promise<boolean>
  order(order: LogOrder): void
  troubles(): Promise<ReadonlyMap<string, string>>
  /** Resolves when it is gone. */
  kill(): Promise<void>
}

/** What it logs is added to the file. */
export function startLogProcess(settings: LogSettings, logFile: string): LogProcess {
  const child: ChildProcess = fork(new URL('tortured-log.ts', import.meta.url), [JSON.stringify(settings)], {
    stdio: ['ignore', 'ignore', openSync(logFile, 'a'), 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'weir-torture-compiled') },
  })
  const gone = once(child, 'exit')
  const reported = async (kind: LogReport['kind']): Promise<LogReport | undefined> => {
    for (;;) {
      const [message] = (await Promise.race([once(child, 'message'), gone])) as [LogReport | number | null]
      if (typeof message === 'number' || message === null) return undefined
      if (message.kind === kind) return message
    }
  }
  return {
    opened: reported('open').then((message) => message !== undefined),
    order: (order) => void (child.connected && child.send(order)),
    async troubles() {
      child.send({ kind: 'tell' } satisfies LogOrder)
      const message = await reported('troubles')
      if (message?.kind !== 'troubles') throw new Error('the log ended when it was asked')
      return new Map(message.troubles)
    },
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
  }
}
