import { setTimeout as pause } from 'node:timers/promises'
import { asWeirError } from '../../kernel/errors/weir-error.ts'
import type { TailReport } from '../../sql/engine-host.ts'
import { ownedOnce } from './deliveries/owned-once.ts'

/** One worker that may hold a tail. */
export interface TailSource {
  readonly delivery: string
  /** `schema.name` of the destination. */
  readonly table: string
  /** Of the table as it is at this metadata location, or later. Rejects while the worker is not running. */
  tails(metadataLocation: string): Promise<TailReport>
}

export interface GatheredTails {
  readonly tails: readonly TailReport[]
  readonly notices: readonly string[]
  /** Every worker answered, and none had still to begin. */
  readonly isComplete: boolean
}

const againAfterMs = 50

/**
 * The tails of these tables, given by name with their pointers, at one moment. All workers are asked together; while one is not ready all are asked again, so
 * that what a query joins was true at the same time. After `patienceMs` the rows of workers that are not ready are missing
 * from the answer, and a notice says so: visible for ever after is better than never (delivery.md, rule 13).
 */
export async function gatherTails(
  sources: readonly TailSource[],
  pointers: ReadonlyMap<string, string>,
  patienceMs = 2000,
): Promise<ReadonlyMap<string, GatheredTails>> {
  const asked = sources.filter(({ table }) => pointers.has(table))
  const deadline = performance.now() + patienceMs
  for (;;) {
    const answers = await Promise.all(asked.map((source) => ask(source, pointers.get(source.table)!)))
    if (answers.every(({ ready }) => ready) || performance.now() >= deadline) return byTable(answers)
    await pause(againAfterMs)
  }
}

interface Answer {
  readonly source: TailSource
  readonly ready: boolean
  readonly report?: TailReport
  readonly notice?: string
}

async function ask(source: TailSource, metadataLocation: string): Promise<Answer> {
  try {
    const report = await source.tails(metadataLocation)
    if (report.halted) {
      const notice = `delivery ${source.delivery} has stopped (${report.halted.code}): ${report.halted.reason}`
      return { source, ready: true, report, notice }
    }
    if (report.partitions.every(({ ready }) => ready)) return { source, ready: true, report }
    return {
      source,
      ready: false,
      report,
      notice: missing(source, 'a new worker is reading up to where the last one was'),
    }
  } catch (thrown) {
    return { source, ready: false, notice: missing(source, asWeirError(thrown).message) }
  }
}

function missing({ delivery, table }: TailSource, why: string): string {
  return `rows of ${table} from the last moments may be missing: delivery ${delivery} is not ready (${why})`
}

function byTable(answers: readonly Answer[]): ReadonlyMap<string, GatheredTails> {
  const groups = Map.groupBy(answers, ({ source }) => source.table)
  return new Map(
    [...groups].map(([table, group]) => [
      table,
      {
        tails: ownedOnce(group.flatMap(({ report }) => (report ? [report] : []))),
        notices: [...new Set(group.flatMap(({ notice }) => (notice === undefined ? [] : [notice])))],
        isComplete: group.every(({ ready }) => ready),
      },
    ]),
  )
}
