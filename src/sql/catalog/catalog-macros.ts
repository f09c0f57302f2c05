import { pgTypeRows } from './pg-type-rows.ts'

const typeNames = pgTypeRows.map((line) => [line.split('|')[0]!, line.split('|').at(-1)!] as const)
const typeCases = typeNames.map(([oid, name]) => `WHEN ${oid} THEN '${name.replaceAll("'", "''")}'`).join(' ')
const numericName = `'numeric(' || ((typmod - 4) >> 16) || ',' || ((typmod - 4) & 65535) || ')'`

/** A number or a name as SQL takes it: in quotes or not, without regard to case. */
const plainName = (argument: string): string => `lower(replace(CAST(${argument} AS VARCHAR), '"', ''))`

/**
 * Tables that the macros read. A macro is put into a query as text, so a name of its own must be one that no query has: an
 * argument `oid` would otherwise be found in the macro's table instead of the caller's.
 */
export const macroTables: Readonly<Record<string, string>> = {
  weir_relations: 'weir_oid oid, weir_schema text, weir_name text, weir_definition text',
  weir_grants: 'weir_key text, weir_granted text',
  weir_comments: 'weir_oid oid, weir_place int4, weir_text text',
  weir_types: 'weir_oid oid, weir_name text, weir_shown text',
  weir_schemas: 'weir_oid oid, weir_name text',
  weir_settings: 'weir_name text, weir_value text',
  pg_get_keywords: 'word text, catcode text, catdesc text',
}

/** PostgreSQL's functions that catalog queries call, as macros over the tables above in `schema`. */
export function catalogMacros(schema: string): readonly string[] {
  return [
    `format_type(id, typmod) AS CASE WHEN id IN (1700, 1231) AND typmod >= 4 THEN ${numericName} || CASE WHEN id = 1231 THEN '[]' ELSE '' END ELSE CASE id ${typeCases} ELSE '???' END END`,
    `regclass_text(id) AS (SELECT CASE WHEN weir_schema IN ('public', 'pg_catalog') THEN weir_name ELSE weir_schema || '.' || weir_name END
       FROM ${schema}.weir_relations WHERE weir_oid = CAST(id AS BIGINT))`,
    `regclass_oid(name) AS coalesce(TRY_CAST(name AS BIGINT), (SELECT min(weir_oid) FROM ${schema}.weir_relations
       WHERE replace(name, '"', '') IN (weir_schema || '.' || weir_name, CASE WHEN weir_schema IN ('public', 'pg_catalog') THEN weir_name END)))`,
    `to_regclass(name) AS ${schema}.regclass_oid(name)`,
    `regtype_oid(name) AS coalesce(TRY_CAST(name AS BIGINT), (SELECT min(weir_oid) FROM ${schema}.weir_types WHERE lower(name) IN (weir_name, weir_shown)))`,
    `regtype_text(id) AS ${schema}.format_type(CAST(id AS BIGINT), NULL)`,
    `regnamespace_text(id) AS (SELECT weir_name FROM ${schema}.weir_schemas WHERE weir_oid = CAST(id AS BIGINT))`,
    `regnamespace_oid(name) AS (SELECT weir_oid FROM ${schema}.weir_schemas WHERE weir_name = replace(name, '"', ''))`,
    `to_regtype(name) AS ${schema}.regtype_oid(name)`,
    `to_regnamespace(name) AS ${schema}.regnamespace_oid(name)`,
    // For names that come as parameters; literals are answered with the session's own values.
    `current_setting(name) AS (SELECT min(weir_value) FROM ${schema}.weir_settings WHERE weir_name = lower(name)),
       (name, missing) AS (SELECT min(weir_value) FROM ${schema}.weir_settings WHERE weir_name = lower(name))`,
    `pg_get_userbyid(id) AS 'weir'`,
    `pg_encoding_to_char(encoding) AS 'UTF8'`,
    `pg_char_to_encoding(name) AS 6`,
    `pg_table_is_visible(id) AS coalesce((SELECT weir_schema IN ('public', 'pg_catalog') FROM ${schema}.weir_relations WHERE weir_oid = CAST(id AS BIGINT)), true)`,
    `pg_type_is_visible(id) AS true`,
    `pg_function_is_visible(id) AS true`,
    `pg_get_expr(expression, relation) AS CAST(expression AS VARCHAR), (expression, relation, pretty) AS CAST(expression AS VARCHAR)`,
    `pg_get_indexdef(id) AS CAST(NULL AS VARCHAR), (id, attribute, pretty) AS CAST(NULL AS VARCHAR)`,
    `pg_get_constraintdef(id) AS CAST(NULL AS VARCHAR), (id, pretty) AS CAST(NULL AS VARCHAR)`,
    `pg_get_triggerdef(id) AS CAST(NULL AS VARCHAR), (id, pretty) AS CAST(NULL AS VARCHAR)`,
    `pg_get_ruledef(id) AS CAST(NULL AS VARCHAR), (id, pretty) AS CAST(NULL AS VARCHAR)`,
    `pg_get_statisticsobjdef_columns(id) AS CAST(NULL AS VARCHAR)`,
    `pg_get_partkeydef(id) AS CAST(NULL AS VARCHAR)`,
    `pg_get_partition_constraintdef(id) AS CAST(NULL AS VARCHAR)`,
    `pg_get_serial_sequence(relation, attribute) AS CAST(NULL AS VARCHAR)`,
    `pg_get_function_arguments(id) AS ''`,
    `pg_get_function_identity_arguments(id) AS ''`,
    `pg_get_function_result(id) AS ''`,
    `pg_get_functiondef(id) AS CAST(NULL AS VARCHAR)`,
    `viewdef_text(id) AS (SELECT weir_definition FROM ${schema}.weir_relations WHERE weir_oid = ${schema}.regclass_oid(CAST(id AS VARCHAR)))`,
    `pg_get_viewdef(id) AS ${schema}.viewdef_text(id), (id, pretty) AS ${schema}.viewdef_text(id)`,
    `obj_description(id) AS (SELECT min(weir_text) FROM ${schema}.weir_comments WHERE weir_oid = CAST(id AS BIGINT) AND weir_place = 0),
       (id, catalog) AS (SELECT min(weir_text) FROM ${schema}.weir_comments WHERE weir_oid = CAST(id AS BIGINT) AND weir_place = 0 AND catalog = 'pg_class')`,
    `shobj_description(id, catalog) AS CAST(NULL AS VARCHAR)`,
    `col_description(id, place) AS (SELECT min(weir_text) FROM ${schema}.weir_comments WHERE weir_oid = CAST(id AS BIGINT) AND weir_place = place)`,
    `quote_ident(name) AS CASE WHEN regexp_full_match(name, '[a-z_][a-z0-9_$]*') THEN name ELSE '"' || replace(name, '"', '""') || '"' END`,
    `quote_literal(text) AS '''' || replace(text, '''', '''''') || ''''`,
    `pg_relation_size(id) AS 0::BIGINT, (id, fork) AS 0::BIGINT`,
    `pg_total_relation_size(id) AS 0::BIGINT`,
    `pg_table_size(id) AS 0::BIGINT`,
    `pg_indexes_size(id) AS 0::BIGINT`,
    `pg_database_size(id) AS 0::BIGINT`,
    `pg_relation_is_publishable(id) AS false`,
    `pg_relation_is_updatable(id, triggers) AS 0`,
    `pg_column_is_updatable(id, place, triggers) AS false`,
    `pg_is_in_recovery() AS false`,
    `pg_is_other_temp_schema(id) AS false`,
    `pg_my_temp_schema() AS 0`,
    `pg_stat_get_numscans(id) AS 0::BIGINT`,
    `pg_tablespace_location(id) AS ''`,
    `pg_postmaster_start_time() AS now()`,
    `pg_conf_load_time() AS now()`,
    `pg_advisory_lock(id) AS NULL, (a, b) AS NULL`,
    `pg_advisory_unlock(id) AS true, (a, b) AS true`,
    `pg_try_advisory_lock(id) AS true, (a, b) AS true`,
    `pg_cancel_backend(id) AS false`,
    `pg_terminate_backend(id) AS false`,
    // Whoever is asked about, the answer is the session's own: of others it knows nothing.
    `weir_is_one_of(asked, granted) AS list_has_any(string_split_regex(lower(trim(asked)), '\\s*,\\s*'), string_split(granted, ' '))`,
    `weir_is_granted(relation, asked) AS ${schema}.weir_is_one_of(asked, coalesce((SELECT min(weir_granted) FROM ${schema}.weir_grants
       WHERE weir_key = ${plainName('relation')}), ''))`,
    `has_table_privilege(a, b) AS ${schema}.weir_is_granted(a, b), (u, a, b) AS ${schema}.weir_is_granted(a, b)`,
    `has_any_column_privilege(a, b) AS ${schema}.weir_is_granted(a, b), (u, a, b) AS ${schema}.weir_is_granted(a, b)`,
    `has_column_privilege(a, c, b) AS ${schema}.weir_is_granted(a, b), (u, a, c, b) AS ${schema}.weir_is_granted(a, b)`,
    `weir_is_used(namespace, asked) AS ${schema}.weir_is_one_of(asked, 'usage') AND EXISTS (SELECT 1 FROM ${schema}.weir_schemas
       WHERE ${plainName('namespace')} IN (CAST(weir_oid AS VARCHAR), lower(weir_name)))`,
    `has_schema_privilege(a, b) AS ${schema}.weir_is_used(a, b), (u, a, b) AS ${schema}.weir_is_used(a, b)`,
    `has_database_privilege(a, b) AS lower(b) = 'connect', (u, a, b) AS lower(b) = 'connect'`,
    `has_function_privilege(a, b) AS true, (u, a, b) AS true`,
    `has_sequence_privilege(a, b) AS false, (u, a, b) AS false`,
    `has_tablespace_privilege(a, b) AS false, (u, a, b) AS false`,
    `has_type_privilege(a, b) AS true, (u, a, b) AS true`,
    `pg_has_role(a, b) AS true, (u, a, b) AS true`,
    `inet_client_addr() AS CAST(NULL AS VARCHAR)`,
    `inet_client_port() AS CAST(NULL AS INTEGER)`,
    `inet_server_addr() AS CAST(NULL AS VARCHAR)`,
    `inet_server_port() AS CAST(NULL AS INTEGER)`,
    `array_upper(list, dimension) AS CASE WHEN len(list) > 0 THEN len(list)::INTEGER END`,
    `array_lower(list, dimension) AS CASE WHEN len(list) > 0 THEN 1 END`,
    // PostgreSQL answers a row for each element; only indexes are asked about, and there are none.
    `_pg_expandarray(list) AS {'x': list[1], 'n': 1}`,
    `pg_input_is_valid(text, type) AS true`,
    `txid_current() AS 1::BIGINT`,
    `txid_current_if_assigned() AS CAST(NULL AS BIGINT)`,
  ]
}

/** The names of these functions; text that calls them is sent to the schema above. */
export const macroNames: ReadonlySet<string> = new Set(
  catalogMacros('x').map((macro) => macro.slice(0, macro.indexOf('('))),
)
