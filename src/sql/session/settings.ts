import { sqlError } from '../sql-error.ts'
import { embeddedEngine, engineSetting } from '../../kernel/answering-engine.ts'
import { nearestName } from '../../kernel/nearest.ts'
import { parseDuration } from '../../kernel/units.ts'

/** A session's settings: PostgreSQL's names, answered here and never handed to DuckDB. */
export interface SessionSettings {
  get(name: string): string
  /** Undefined resets. WEIR-6002 (42704) for an unknown name, 22023 for a value that is not taken. */
  set(name: string, value: string | undefined): void
  resetAll(): void
  list(): readonly { readonly name: string; readonly value: string }[]
  readonly timeZone: string
  readonly searchPath: readonly string[]
  /** Told when a value that the client follows (ParameterStatus) has changed. */
  onReported(listener: (name: string, value: string) => void): void
}

/** Those that change what Weir does are checked; the others are remembered, for drivers that set them and read them back. */
export const defaultSettings: Readonly<Record<string, string>> = {
  application_name: '',
  bytea_output: 'hex',
  client_encoding: 'UTF8',
  client_min_messages: 'notice',
  DateStyle: 'ISO, MDY',
  default_table_access_method: 'heap',
  default_tablespace: '',
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  extra_float_digits: '1',
  geqo: 'on',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  in_hot_standby: 'off',
  integer_datetimes: 'on',
  IntervalStyle: 'postgres',
  is_superuser: 'off',
  jit: 'off',
  lc_collate: 'C.UTF-8',
  lc_ctype: 'C.UTF-8',
  lock_timeout: '0',
  max_identifier_length: '63',
  max_index_keys: '32',
  quote_all_identifiers: 'off',
  row_security: 'on',
  search_path: 'public',
  server_encoding: 'UTF8',
  server_version: '15.0 (Weir)',
  server_version_num: '150000',
  session_authorization: 'weir',
  standard_conforming_strings: 'on',
  statement_timeout: '0',
  synchronize_seqscans: 'on',
  TimeZone: 'UTC',
  transaction_isolation: 'read committed',
  transaction_read_only: 'off',
  [engineSetting]: embeddedEngine,
  work_mem: '4MB',
  xmloption: 'content',
}

const fixed = new Set([
  'server_version',
  'server_version_num',
  'server_encoding',
  'integer_datetimes',
  'max_identifier_length',
  engineSetting,
])
const canonical = new Map(Object.keys(defaultSettings).map((name) => [name.toLowerCase(), name]))

/** Sent at startup and on change, PostgreSQL documentation 54.2.7. */
export const reported = [
  'server_version',
  'server_encoding',
  'client_encoding',
  'application_name',
  'default_transaction_read_only',
  'in_hot_standby',
  'is_superuser',
  'session_authorization',
  'DateStyle',
  'IntervalStyle',
  'TimeZone',
  'integer_datetimes',
  'standard_conforming_strings',
  engineSetting,
]

const checks: Readonly<Record<string, (value: string) => string | undefined>> = {
  client_encoding: (value) => (/^(utf-?8|unicode)$/i.test(value) ? 'UTF8' : undefined),
  DateStyle: (value) => (/^iso\b/i.test(value) || /^(mdy|dmy|ymd)$/i.test(value) ? 'ISO, MDY' : undefined),
  IntervalStyle: (value) => (value.toLowerCase() === 'postgres' ? 'postgres' : undefined),
  standard_conforming_strings: (value) => (/^(on|true|1)$/i.test(value) ? 'on' : undefined),
  bytea_output: (value) => (value.toLowerCase() === 'hex' ? 'hex' : undefined),
  statement_timeout: timeoutOf,
  TimeZone: timeZoneOf,
}

/** As PostgreSQL has it: none for 0 of any unit, and no more than a timer takes. */
function timeoutOf(value: string): string | undefined {
  const ms = timeoutMsOf(value)
  return ms === undefined || ms > 2 ** 31 - 1 ? undefined : ms === 0 ? '0' : value
}

/** Milliseconds without a unit; undefined for what is no time. */
export function timeoutMsOf(value: string): number | undefined {
  const [, amount, unit = 'ms'] = /^\s*(\d+)\s*(ms|s|min|h|d)?\s*$/.exec(value) ?? []
  return amount === undefined ? undefined : parseDuration(`${amount} ${unit}`)
}

/** `own` are those that the engine has others of. */
export function createSettings(
  startup: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>> = {},
): SessionSettings {
  const initial: Record<string, string> = { ...defaultSettings, ...own }
  const values = new Map<string, string>()
  let listener: (name: string, value: string) => void = () => {}

  const nameOf = (name: string): string => {
    const known = canonical.get(name.toLowerCase())
    if (known ?? name.includes('.')) return known ?? name
    const nearest = nearestName(name, canonical.values())
    throw sqlError('WEIR-6002', `unrecognized configuration parameter "${name}"`, {
      sqlstate: '42704',
      hint: nearest ? `Did you mean ${nearest}?` : 'SHOW ALL lists the settings of a session.',
    })
  }
  const checked = (name: string, value: string): string => {
    if (fixed.has(name)) throw sqlError('WEIR-6002', `parameter "${name}" cannot be changed`, { sqlstate: '55P02' })
    const check = checks[name]
    const taken = check ? check(value) : value
    if (taken === undefined)
      throw sqlError('WEIR-6002', `invalid value for parameter "${name}": "${value}"`, { sqlstate: '22023' })
    return taken
  }
  for (const [name, value] of Object.entries(startup)) {
    const known = canonical.get(name.toLowerCase())
    if (known && !fixed.has(known)) initial[known] = checked(known, value)
  }
  initial['session_authorization'] = startup['user'] ?? 'weir'

  const get = (name: string): string => {
    const known = nameOf(name)
    return values.get(known) ?? initial[known] ?? ''
  }
  return {
    get,
    set(name, value) {
      const known = nameOf(name)
      if (value === undefined) values.delete(known)
      else values.set(known, checked(known, value))
      if (reported.includes(known)) listener(known, get(known))
    },
    resetAll() {
      values.clear()
      for (const name of reported) listener(name, get(name))
    },
    list: () => Object.keys(defaultSettings).map((name) => ({ name, value: get(name) })),
    get timeZone() {
      return get('TimeZone')
    },
    get searchPath() {
      const names = get('search_path')
        .split(',')
        .map((name) => name.trim().replace(/^"(.*)"$/, '$1'))
      return names.filter((name) => name !== '' && name !== '$user' && name !== 'pg_catalog')
    },
    onReported: (next) => (listener = next),
  }
}

function timeZoneOf(value: string): string | undefined {
  const offset = /^([+-]?)(\d{1,2})(?::00)?$/.exec(value)
  if (offset) return Number(offset[2]) === 0 ? 'UTC' : `Etc/GMT${offset[1] === '-' ? '+' : '-'}${Number(offset[2])}`
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone === 'UTC' ? 'UTC' : value
  } catch {
    return undefined
  }
}
