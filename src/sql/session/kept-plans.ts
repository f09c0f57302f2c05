import type { DuckDBConnection, DuckDBDataChunk, DuckDBPreparedStatement, DuckDBResult } from '@duckdb/node-api'

/**
 * The plans of one connection. Most of what a small query costs is its plan, so it is kept for the next time that the same text is
 * run, as long as names and settings of the session are what they were.
 */
export interface KeptPlans {
  /** Plans the text, or takes the plan that there is, and runs it. */
  run(text: string, keep: Keep): Promise<PlanResult>
  /** Lets go of all: they hold files open. */
  drop(): void
}

/** What the text means by the session's names and settings, as a word that is another one when they are; `no`: it means something else each time. */
export type Keep = 'no' | { readonly meaning: string }

/** A result that is read from front to end. */
export interface PlanResult {
  readonly result: DuckDBResult
  /** The next chunk; null after the last. */
  fetch(): Promise<DuckDBDataChunk | null>
}

interface KeptPlan {
  readonly plan: DuckDBPreparedStatement
  /** Of the last time that its result was read to the end. It is the same the next time, as long as the plan is kept. */
  rows: number | undefined
}

/** Rows of a chunk of DuckDB's. */
const chunkRows = 2048
const keptMax = 16
/** The plan of a longer text is too large to keep. */
const lengthMax = 20_000

export function keptPlans(connection: DuckDBConnection): KeptPlans {
  const plans = new Map<string, KeptPlan>()
  let meaning = ''
  const drop = (): void => {
    for (const { plan } of plans.values()) plan.destroySync()
    plans.clear()
  }
  const kept = async (text: string): Promise<KeptPlan> => {
    const plan = plans.get(text) ?? { plan: await connection.prepare(text), rows: undefined }
    plans.delete(text)
    plans.set(text, plan)
    const [[oldest, forgotten] = []] = plans
    if (plans.size > keptMax && oldest !== undefined) {
      plans.delete(oldest)
      forgotten!.plan.destroySync()
    }
    return plan
  }
  return {
    async run(text, keep) {
      if (keep !== 'no' && text.length <= lengthMax) {
        if (keep.meaning !== meaning) drop()
        meaning = keep.meaning
        return runKept(await kept(text))
      }
      const plan = await connection.prepare(text)
      try {
        return streamed(await plan.stream())
      } finally {
        plan.destroySync()
      }
    },
    drop,
  }
}

/** Each chunk of a stream is a turn of another thread, and so is to learn that there is none left: one that is all there at once costs none. */
async function runKept(kept: KeptPlan): Promise<PlanResult> {
  if (kept.rows === undefined || kept.rows > chunkRows)
    return streamed(await kept.plan.stream(), (rows) => (kept.rows = rows))
  const result = await kept.plan.run()
  // Files of others may have changed under their names.
  kept.rows = result.rowCount
  let at = 0
  return { result, fetch: async () => (at < result.chunkCount ? result.getChunk(at++) : null) }
}

function streamed(result: DuckDBResult, told: (rows: number) => void = () => {}): PlanResult {
  let rows = 0
  return {
    result,
    async fetch() {
      const chunk = await result.fetchChunk()
      rows += chunk?.rowCount ?? 0
      if (!chunk?.rowCount) told(rows)
      return chunk
    },
  }
}
