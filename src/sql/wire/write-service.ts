import type { Statement } from '../gate/statement.ts'
import type { Cursor, Description, Parameter } from './query-service.ts'

/**
 * Writes of one client's session, as the protocol needs them. What a statement does is seen by the statements of the session
 * from then on, and by others after `commit`. Calls do not overlap with those of the session's queries. Every error is a WeirError with a
 * `sqlstate` among its details, and has changed nothing.
 */
export interface WriteService {
  /** Columns of RETURNING, none without it, and types of parameters; nothing is written. */
  describe(statement: Statement, declared: readonly number[]): Promise<Description>
  run(statement: Statement, parameters: readonly Parameter[]): Promise<WriteAnswer>
  /**
   * `run` and `commit`, by a statement that is a whole transaction: when others were first, it is run again on the tables as they are then,
   * and what it answers is of its last run (sql-writes.md, "Statements alone"). The transaction must have no changes.
   */
  runAlone(statement: Statement, parameters: readonly Parameter[]): Promise<WriteAnswer>
  /** How many columns COPY … FROM STDIN wants in a row; refuses what is wrong with the statement. */
  copyColumns(statement: Statement): Promise<number>
  /** Reads `data` to its end; what it rejects with, this rejects with. */
  copyFrom(statement: Statement, data: AsyncIterable<Buffer>): Promise<WriteAnswer>
  /** CREATE, ALTER and DROP of tables: a commit of its own. */
  define(statement: Statement, parameters: readonly Parameter[]): Promise<WriteAnswer>
  readonly transaction: WriteTransaction
}

export interface WriteAnswer {
  /** Of CommandComplete: `INSERT 0 3`. */
  readonly tag: string
  readonly notice?: string
  /** Rows of RETURNING. */
  readonly returned?: Cursor
}

/** What a session has changed and not committed. */
export interface WriteTransaction {
  readonly hasChanges: boolean
  /** All of it or nothing, durable when it resolves. SQLSTATE 40001 when others have changed the same rows. */
  commit(): Promise<void>
  rollback(): Promise<void>
  savepoint(name: string): void
  /** SQLSTATE 3B001 when there is none of the name. */
  rollbackTo(name: string): void
  release(name: string): void
}
