import type { Statement } from './statement.ts'

/** Functions of the moment, of chance and of the session, with or without brackets; DuckDB takes some of them for constants. */
const ofTheMoment =
  /^(now|today|ago|age|random|setseed|stats|write_log|sleep_ms|nextval|currval|in_search_path|(gen_random_)?uuid\w*|(get_)?current_?\w*|local\w*|transaction_timestamp|txid_\w+|user|session_user|pg_conf_load_time|pg_postmaster_start_time|pg_sleep)$/

/** Whether a statement that is planned now is planned the same later, as long as its tables are. A word too many costs only time. */
export function isRepeatable({ tokens }: Pick<Statement, 'tokens'>): boolean {
  return !tokens.some(
    ({ kind, value }) => (kind === 'word' || kind === 'quoted') && ofTheMoment.test(value.toLowerCase()),
  )
}
