import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api'

/**
 * The plans of one connection. Most of what a small query costs is its plan, so it is kept for the next time that the same text is
 * run, as long as names and settings of the session are what they were.
 */
export interface KeptPlans {
  /** Plans the text, or takes the plan that there is, and runs it by `use`. */
  run<T>(text: string, keep: Keep, use: (plan: DuckDBPreparedStatement) => Promise<T>): Promise<T>
  /** Lets go of all: they hold files open. */
  drop(): void
}

/** What the text means by the session's names and settings, as a word that is another one when they are; `no`: it means something else each time. */
export type Keep = 'no' | { readonly meaning: string }

const keptMax = 16
/** The plan of a longer text is too large to keep. */
const lengthMax = 20_000

export function keptPlans(connection: DuckDBConnection): KeptPlans {
  const plans = new Map<string, DuckDBPreparedStatement>()
  let meaning = ''
  const drop = (): void => {
    for (const plan of plans.values()) plan.destroySync()
    plans.clear()
  }
  const kept = async (text: string): Promise<DuckDBPreparedStatement> => {
    const plan = plans.get(text) ?? (await connection.prepare(text))
    plans.delete(text)
    plans.set(text, plan)
    const [[oldest, forgotten] = []] = plans
    if (plans.size > keptMax && oldest !== undefined) {
      plans.delete(oldest)
      forgotten!.destroySync()
    }
    return plan
  }
  return {
    async run(text, keep, use) {
      if (keep !== 'no' && text.length <= lengthMax) {
        if (keep.meaning !== meaning) drop()
        meaning = keep.meaning
        return use(await kept(text))
      }
      const plan = await connection.prepare(text)
      try {
        return await use(plan)
      } finally {
        plan.destroySync()
      }
    },
    drop,
  }
}
