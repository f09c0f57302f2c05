import { defineCodes } from './code-definition.ts'

/** SQL and the PostgreSQL port. */
export const sqlCodes = defineCodes({
  'WEIR-6001': {
    kind: 'invalid',
    cause: 'This kind of statement is not allowed here.',
    remedy: 'The message names what is; docs/guide says how tables are written to.',
  },
  'WEIR-6002': {
    kind: 'invalid',
    cause: 'A statement does not follow SQL as DuckDB and PostgreSQL write it.',
    remedy: 'Correct the place that the message names.',
  },
  'WEIR-6003': {
    kind: 'not-found',
    cause: 'A query names a table, view, column or function that does not exist.',
    remedy: 'Use the name that the message proposes; \\dt in psql lists the tables.',
  },
  'WEIR-6004': {
    kind: 'unauthorized',
    cause: 'A query uses a function that reaches files, settings or the engine itself.',
    remedy: 'Query tables and views; files become tables through streams and deliveries.',
  },
  'WEIR-6005': {
    kind: 'invalid',
    cause: 'A query failed while it ran.',
    remedy: 'Correct the value or the expression that the message names.',
  },
  'WEIR-6006': {
    kind: 'unavailable',
    cause: 'A query needs more memory than the SQL engine has.',
    remedy: 'Select fewer columns or rows, or give the engine more memory in the project.',
    retryable: true,
  },
  'WEIR-6007': {
    kind: 'closed',
    cause: 'A query was canceled.',
    remedy: 'Run it again when it is wanted.',
  },
  'WEIR-6008': {
    kind: 'invalid',
    cause: 'Bytes do not follow the PostgreSQL protocol.',
    remedy: 'Check what connects to the PostgreSQL port.',
  },
  'WEIR-6009': {
    kind: 'unauthorized',
    cause: 'The password of the PostgreSQL port is wrong or missing.',
    remedy: 'Use WEIR_PASSWORD of where weir up was started, or the password of the secret of a user of the project.',
  },
  'WEIR-6010': {
    kind: 'unavailable',
    cause: 'Snapshot and tail of a table did not come together.',
    remedy: 'Try again; weir status shows the state of its delivery.',
    retryable: true,
  },
  'WEIR-6011': {
    kind: 'invalid',
    cause: 'Another engine deleted rows or changed a struct of the table in a way that this engine does not apply.',
    remedy: 'Compact the table with the engine that wrote them, or query it there.',
  },
  'WEIR-6012': {
    kind: 'unavailable',
    cause: 'The PostgreSQL port has no room for another connection.',
    remedy: 'Close connections, or raise the limit in the project.',
    retryable: true,
  },
  'WEIR-6013': {
    kind: 'conflict',
    cause: 'Others have changed the rows that a transaction was to change.',
    remedy: 'Nothing was changed: run the transaction again.',
    retryable: true,
  },
  'WEIR-6014': {
    kind: 'unavailable',
    cause: 'A commit was interrupted, and nobody can tell yet whether it was done; it was done whole or not at all.',
    remedy: 'Look at the table, and run the statement again if its rows are not there.',
  },
  'WEIR-6015': {
    kind: 'unavailable',
    cause: 'The Trino that answers the queries of the project cannot be reached, or does not let Weir in.',
    remedy: 'See that Trino runs at the address that the message names, and that sql in the project is right.',
    retryable: true,
  },
})
