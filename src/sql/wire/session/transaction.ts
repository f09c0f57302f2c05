import type { StatementKind } from '../../gate/kind.ts'
import { type Statement, wordsAt } from '../../gate/statement.ts'
import { sqlError } from '../../sql-error.ts'

/** In which state the session's transaction is, as clients see it. What it has written is the business of `WriteTransaction`. */
export interface Transaction {
  readonly status: 'I' | 'T' | 'E'
  /** BEGIN READ ONLY, until its end. */
  isReadOnly: boolean
  /** The command tag of a transaction statement; undefined for other kinds. SQLSTATE 25P02 in a failed one. */
  run(kind: StatementKind, statement: Statement): string | undefined
  /** A statement failed. */
  fail(): void
}

export function createTransaction(): Transaction {
  let status: 'I' | 'T' | 'E' = 'I'
  return {
    isReadOnly: false,
    get status() {
      return status
    },
    run(kind, { tokens }) {
      const toSavepoint = kind === 'rollback' && tokens.some((_, i) => i > 0 && i < 3 && wordsAt(tokens, i, 'to'))
      if (status === 'E' && kind !== 'commit' && kind !== 'rollback')
        throw sqlError('WEIR-6002', 'current transaction is aborted, commands ignored until end of transaction block', {
          sqlstate: '25P02',
          hint: 'Send ROLLBACK.',
        })
      switch (kind) {
        case 'begin':
          status = 'T'
          this.isReadOnly ||= tokens.some((_, i) => wordsAt(tokens, i, 'read', 'only'))
          return tokens[0]!.value === 'start' ? 'START TRANSACTION' : 'BEGIN'
        case 'commit': {
          const tag = status === 'E' ? 'ROLLBACK' : 'COMMIT'
          status = 'I'
          this.isReadOnly = false
          return tag
        }
        case 'rollback':
          status = toSavepoint ? 'T' : 'I'
          this.isReadOnly &&= toSavepoint
          return 'ROLLBACK'
        case 'savepoint':
          return tokens[0]!.value === 'release' ? 'RELEASE' : 'SAVEPOINT'
        default:
          return undefined
      }
    },
    fail() {
      if (status === 'T') status = 'E'
    },
  }
}
