import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { BrokerLimits } from '../../../src/stream/broker/broker.ts'
import { eventually } from '../../support/deadline.ts'
import { freePort } from '../../support/free-port.ts'
import type { Random } from '../../support/seeded-random.ts'
import { startLogProcess, type LogProcess, type LogSettings } from './log-process.ts'
import { readLedger } from './synced-ledger.ts'
import { addTails, sizesIn, tearTails } from './tear-tails.ts'

/** What was done to the log, how often. */
export interface Mishaps {
  kills: number
  /** Of them: before its port was open. */
  killsAtStart: number
  tornFiles: number
  tails: number
  clockJumps: number
  fullDisks: number
  /** It ended by itself: there was no room for what a start writes. */
  failedStarts: number
}

/** A log that is killed again and again, with the same folder and port in each life. */
export interface TorturedLife {
  readonly directory: string
  readonly port: number
  readonly isEncrypted: boolean
  readonly mishaps: Readonly<Mishaps>
  start(): Promise<void>
  /** Kills it, and tears what it had not synced. */
  kill(): Promise<void>
  /** Takes all room of its disk for some time, or for the beginning of its next life. */
  fillDisk(ms: number): Promise<void>
  /** In any direction; hours in all, for after a day a partition forgets its producers. */
  jumpClock(): void
  /** So far into the future that no transaction may still be open. */
  jumpAhead(): void
  troubles(): Promise<ReadonlyMap<string, string>>
}

const hourMs = 3_600_000
const jumpsMs = [60_000, 10 * 60_000, hourMs, 10 * hourMs]

/** What it does by itself it does often, so that kills meet it. */
const busy: Partial<BrokerLimits> = {
  retentionCheckIntervalMs: 200,
  compactionCheckIntervalMs: 150,
  checkpointIntervalMs: 200,
  transactionCheckIntervalMs: 50,
  writeAgainIntervalMs: 50,
  partitionRestMs: 300,
  consumerGroupHeartbeatIntervalMs: 300,
  consumerGroupSessionTimeoutMs: 3000,
  segmentsOpenMax: 4,
  writtenFilesOpenMax: 4,
  overlapBytesMin: 500,
}

export async function tortureLife(
  folder: string,
  random: Random,
  { isEncrypted, isCareless }: { readonly isEncrypted: boolean; readonly isCareless: boolean },
): Promise<TorturedLife> {
  const directory = join(folder, 'log')
  const ledger = join(folder, 'ledger')
  const port = await freePort()
  const key = isEncrypted ? randomBytes(32).toString('base64') : undefined
  const mishaps: Mishaps = {
    kills: 0,
    killsAtStart: 0,
    tornFiles: 0,
    tails: 0,
    clockJumps: 0,
    fullDisks: 0,
    failedStarts: 0,
  }
  let clockOffsetMs = 0
  let running: LogProcess | undefined
  let before: ReadonlyMap<string, number> = new Map()
  let isDiskFull = false

  function begin(): LogProcess {
    before = sizesIn(directory)
    const settings: LogSettings = { directory, port, ledger, clockOffsetMs, key, limits: busy, isCareless }
    const more = isDiskFull ? { roomBytes: 0 } : {}
    running = startLogProcess({ ...settings, ...more }, join(folder, 'log.ndjson'))
    return running
  }

  async function kill(): Promise<void> {
    mishaps.kills++
    await running?.kill()
    running = undefined
    mishaps.tornFiles += tearTails(directory, readLedger(ledger, before), random)
    mishaps.tails += addTails(directory, random)
  }

  function setClock(offsetMs: number): void {
    clockOffsetMs = offsetMs
    running?.order({ kind: 'clock', offsetMs })
  }

  return {
    directory,
    port,
    isEncrypted,
    mishaps,
    kill,
    async start() {
      if (mishaps.kills > 0 && random.chance(0.15)) {
        begin()
        await pause(random.pick(1000))
        mishaps.killsAtStart++
        await kill()
      }
      if (await begin().opened) return
      mishaps.failedStarts++
      isDiskFull = false
      await eventually('the log to start when there is room', async () => ((await begin().opened) ? true : undefined))
    },
    async fillDisk(ms) {
      mishaps.fullDisks++
      isDiskFull = !running
      running?.order({ kind: 'room', bytes: random.pick(20_000) })
      await pause(ms)
      isDiskFull = false
      running?.order({ kind: 'room' })
    },
    jumpClock() {
      mishaps.clockJumps++
      setClock(random.oneOf(jumpsMs) * (random.chance(0.5) ? 1 : -1))
    },
    jumpAhead: () => setClock(11 * hourMs),
    async troubles() {
      if (!running) throw new Error('there is no log that could tell')
      return running.troubles()
    },
  }
}
