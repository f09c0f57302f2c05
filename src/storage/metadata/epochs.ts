import type { Database } from './database.ts'

export interface EpochStore {
  /** A number greater than any that was given for this scope before, from 1 on. Durable when it resolves. */
  next(scope: string): Promise<number>
}

export function epochStore({ db }: Database): EpochStore {
  return {
    async next(scope) {
      const { value } = await db
        .insertInto('epoch')
        .values({ scope, value: 1 })
        .onConflict((conflict) =>
          conflict.column('scope').doUpdateSet((update) => ({ value: update('epoch.value', '+', 1) })),
        )
        .returning('value')
        .executeTakeFirstOrThrow()
      return Number(value)
    },
  }
}
