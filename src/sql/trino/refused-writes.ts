import type { Statement } from '../gate/statement.ts'
import { sqlError } from '../sql-error.ts'
import type { WriteService } from '../wire/write-service.ts'

/** Writes of a session whose queries Trino answers: none (docs/spec/sql-trino.md, "Reads only"). */
export function refusedWrites(engine: string): WriteService {
  const refuse = ({ tokens }: Statement): never => {
    const verb = (tokens[0]?.value ?? '').toUpperCase()
    throw sqlError('WEIR-6001', `${verb} is not sent to ${engine}: this port only reads there`, {
      sqlstate: '0A000',
      hint: "Rows come in through streams and deliveries, or by SQL to the embedded engine: PGOPTIONS='-c weir.engine=DuckDB'.",
    })
  }
  const done = async (): Promise<void> => undefined
  return {
    describe: async (statement) => refuse(statement),
    run: async (statement) => refuse(statement),
    runAlone: async (statement) => refuse(statement),
    copyColumns: async (statement) => refuse(statement),
    copyFrom: async (statement) => refuse(statement),
    define: async (statement) => refuse(statement),
    transaction: {
      hasChanges: false,
      commit: done,
      rollback: done,
      savepoint: () => undefined,
      rollbackTo: () => undefined,
      release: () => undefined,
    },
  }
}
