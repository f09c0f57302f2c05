import type { ChangeCount } from '../../kernel/change-count.ts'
import type { CommitPorts } from '../commit/block-commit.ts'
import type { CountRows } from '../commit/count-rows.ts'
import type { DeliveryWorkerConfig, DeliveryWorkerPorts } from './delivery-worker.ts'
import type { WorkerDuckdb } from './worker-duckdb.ts'
import type { WorkerFigures } from './worker-figures.ts'

/** What the parts of one worker share. */
export interface WorkerContext {
  readonly config: DeliveryWorkerConfig
  readonly ports: DeliveryWorkerPorts
  readonly duckdb: WorkerDuckdb
  readonly countRows: CountRows
  /** Of a table with a key. */
  readonly keyed?: CommitPorts['keyed']
  readonly figures: WorkerFigures
  /** Raised when the tail is not what it was. */
  readonly changes: ChangeCount
  /** Names of files are never used twice, whatever the session. */
  nextName(): string
}

/** A session that is left because what it starts from has moved: nothing is wrong. */
export class Discarded extends Error {}

/** Stopped until the operator answers; nothing is tried again (delivery.md, "States of a delivery"). */
export const haltingCodes: ReadonlySet<string> = new Set([
  'WEIR-5010',
  'WEIR-5011',
  'WEIR-5012',
  'WEIR-5013',
  'WEIR-5014',
  'WEIR-5015',
  'WEIR-5016',
  'WEIR-5017',
  'WEIR-5019',
])

/** Between two attempts of what failed. */
export const pauseMs = { min: 100, max: 5000 } as const
