/**
 * Columns of PostgreSQL's system catalog: `name type` pairs of version 18, and `daticulocale` of 15, which is the
 * version that the port says it is. A table, not code.
 */
export const pgCatalogColumns: Readonly<Record<string, string>> = {
  pg_aggregate:
    'aggfnoid text, aggkind text, aggnumdirectargs int2, aggtransfn text, aggfinalfn text, aggcombinefn text, aggserialfn text, aggdeserialfn text, aggmtransfn text, aggminvtransfn text, aggmfinalfn text, aggfinalextra bool, aggmfinalextra bool, aggfinalmodify text, aggmfinalmodify text, aggsortop oid, aggtranstype oid, aggtransspace int4, aggmtranstype oid, aggmtransspace int4, agginitval text, aggminitval text',
  pg_am: 'oid oid, amname text, amhandler text, amtype text',
  pg_attrdef: 'oid oid, adrelid oid, adnum int2, adbin text',
  pg_attribute:
    'attrelid oid, attname text, atttypid oid, attlen int2, attnum int2, atttypmod int4, attndims int2, attbyval bool, attalign text, attstorage text, attcompression text, attnotnull bool, atthasdef bool, atthasmissing bool, attidentity text, attgenerated text, attisdropped bool, attislocal bool, attinhcount int2, attcollation oid, attstattarget int2, attacl text[], attoptions text[], attfdwoptions text[], attmissingval text',
  pg_auth_members:
    'oid oid, roleid oid, member oid, grantor oid, admin_option bool, inherit_option bool, set_option bool',
  pg_authid:
    'oid oid, rolname text, rolsuper bool, rolinherit bool, rolcreaterole bool, rolcreatedb bool, rolcanlogin bool, rolreplication bool, rolbypassrls bool, rolconnlimit int4, rolpassword text, rolvaliduntil timestamptz',
  pg_cast: 'oid oid, castsource oid, casttarget oid, castfunc oid, castcontext text, castmethod text',
  pg_class:
    'oid oid, relname text, relnamespace oid, reltype oid, reloftype oid, relowner oid, relam oid, relfilenode oid, reltablespace oid, relpages int4, reltuples float4, relallvisible int4, relallfrozen int4, reltoastrelid oid, relhasindex bool, relisshared bool, relpersistence text, relkind text, relnatts int2, relchecks int2, relhasrules bool, relhastriggers bool, relhassubclass bool, relrowsecurity bool, relforcerowsecurity bool, relispopulated bool, relreplident text, relispartition bool, relrewrite oid, relfrozenxid oid, relminmxid oid, relacl text[], reloptions text[], relpartbound text',
  pg_collation:
    'oid oid, collname text, collnamespace oid, collowner oid, collprovider text, collisdeterministic bool, collencoding int4, collcollate text, collctype text, colllocale text, collicurules text, collversion text',
  pg_constraint:
    'oid oid, conname text, connamespace oid, contype text, condeferrable bool, condeferred bool, conenforced bool, convalidated bool, conrelid oid, contypid oid, conindid oid, conparentid oid, confrelid oid, confupdtype text, confdeltype text, confmatchtype text, conislocal bool, coninhcount int2, connoinherit bool, conperiod bool, conkey int2[], confkey int2[], conpfeqop oid[], conppeqop oid[], conffeqop oid[], confdelsetcols int2[], conexclop oid[], conbin text',
  pg_database:
    'oid oid, datname text, datdba oid, encoding int4, datlocprovider text, datistemplate bool, datallowconn bool, dathasloginevt bool, datconnlimit int4, datfrozenxid oid, datminmxid oid, dattablespace oid, datcollate text, datctype text, datlocale text, daticurules text, datcollversion text, datacl text[], daticulocale text',
  pg_default_acl: 'oid oid, defaclrole oid, defaclnamespace oid, defaclobjtype text, defaclacl text[]',
  pg_depend: 'classid oid, objid oid, objsubid int4, refclassid oid, refobjid oid, refobjsubid int4, deptype text',
  pg_description: 'objoid oid, classoid oid, objsubid int4, description text',
  pg_enum: 'oid oid, enumtypid oid, enumsortorder float4, enumlabel text',
  pg_event_trigger: 'oid oid, evtname text, evtevent text, evtowner oid, evtfoid oid, evtenabled text, evttags text[]',
  pg_extension:
    'oid oid, extname text, extowner oid, extnamespace oid, extrelocatable bool, extversion text, extconfig oid[], extcondition text[]',
  pg_foreign_server:
    'oid oid, srvname text, srvowner oid, srvfdw oid, srvtype text, srvversion text, srvacl text[], srvoptions text[]',
  pg_foreign_table: 'ftrelid oid, ftserver oid, ftoptions text[]',
  pg_group: 'groname text, grosysid oid, grolist oid[]',
  pg_index:
    'indexrelid oid, indrelid oid, indnatts int2, indnkeyatts int2, indisunique bool, indnullsnotdistinct bool, indisprimary bool, indisexclusion bool, indimmediate bool, indisclustered bool, indisvalid bool, indcheckxmin bool, indisready bool, indislive bool, indisreplident bool, indkey int2[], indcollation oid[], indclass oid[], indoption int2[], indexprs text, indpred text',
  pg_indexes: 'schemaname text, tablename text, indexname text, tablespace text, indexdef text',
  pg_inherits: 'inhrelid oid, inhparent oid, inhseqno int4, inhdetachpending bool',
  pg_language:
    'oid oid, lanname text, lanowner oid, lanispl bool, lanpltrusted bool, lanplcallfoid oid, laninline oid, lanvalidator oid, lanacl text[]',
  pg_locks:
    'locktype text, database oid, relation oid, page int4, tuple int2, virtualxid text, transactionid oid, classid oid, objid oid, objsubid int2, virtualtransaction text, pid int4, mode text, granted bool, fastpath bool, waitstart timestamptz',
  pg_matviews:
    'schemaname text, matviewname text, matviewowner text, tablespace text, hasindexes bool, ispopulated bool, definition text',
  pg_namespace: 'oid oid, nspname text, nspowner oid, nspacl text[]',
  pg_opclass:
    'oid oid, opcmethod oid, opcname text, opcnamespace oid, opcowner oid, opcfamily oid, opcintype oid, opcdefault bool, opckeytype oid',
  pg_operator:
    'oid oid, oprname text, oprnamespace oid, oprowner oid, oprkind text, oprcanmerge bool, oprcanhash bool, oprleft oid, oprright oid, oprresult oid, oprcom oid, oprnegate oid, oprcode text, oprrest text, oprjoin text',
  pg_partitioned_table:
    'partrelid oid, partstrat text, partnatts int2, partdefid oid, partattrs int2[], partclass oid[], partcollation oid[], partexprs text',
  pg_policy:
    'oid oid, polname text, polrelid oid, polcmd text, polpermissive bool, polroles oid[], polqual text, polwithcheck text',
  pg_proc:
    'oid oid, proname text, pronamespace oid, proowner oid, prolang oid, procost float4, prorows float4, provariadic oid, prosupport text, prokind text, prosecdef bool, proleakproof bool, proisstrict bool, proretset bool, provolatile text, proparallel text, pronargs int2, pronargdefaults int2, prorettype oid, proargtypes oid[], proallargtypes oid[], proargmodes text[], proargnames text[], proargdefaults text, protrftypes oid[], prosrc text, probin text, prosqlbody text, proconfig text[], proacl text[]',
  pg_publication:
    'oid oid, pubname text, pubowner oid, puballtables bool, pubinsert bool, pubupdate bool, pubdelete bool, pubtruncate bool, pubviaroot bool, pubgencols text',
  pg_publication_namespace: 'oid oid, pnpubid oid, pnnspid oid',
  pg_publication_rel: 'oid oid, prpubid oid, prrelid oid, prqual text, prattrs int2[]',
  pg_range:
    'rngtypid oid, rngsubtype oid, rngmultitypid oid, rngcollation oid, rngsubopc oid, rngcanonical text, rngsubdiff text',
  pg_rewrite:
    'oid oid, rulename text, ev_class oid, ev_type text, ev_enabled text, is_instead bool, ev_qual text, ev_action text',
  pg_roles:
    'rolname text, rolsuper bool, rolinherit bool, rolcreaterole bool, rolcreatedb bool, rolcanlogin bool, rolreplication bool, rolconnlimit int4, rolpassword text, rolvaliduntil timestamptz, rolbypassrls bool, rolconfig text[], oid oid',
  pg_seclabels:
    'objoid oid, classoid oid, objsubid int4, objtype text, objnamespace oid, objname text, provider text, label text',
  pg_sequence:
    'seqrelid oid, seqtypid oid, seqstart int8, seqincrement int8, seqmax int8, seqmin int8, seqcache int8, seqcycle bool',
  pg_sequences:
    'schemaname text, sequencename text, sequenceowner text, data_type text, start_value int8, min_value int8, max_value int8, increment_by int8, cycle bool, cache_size int8, last_value int8',
  pg_settings:
    'name text, setting text, unit text, category text, short_desc text, extra_desc text, context text, vartype text, source text, min_val text, max_val text, enumvals text[], boot_val text, reset_val text, sourcefile text, sourceline int4, pending_restart bool',
  pg_shdescription: 'objoid oid, classoid oid, description text',
  pg_stat_activity:
    'datid oid, datname text, pid int4, leader_pid int4, usesysid oid, usename text, application_name text, client_addr text, client_hostname text, client_port int4, backend_start timestamptz, xact_start timestamptz, query_start timestamptz, state_change timestamptz, wait_event_type text, wait_event text, state text, backend_xid oid, backend_xmin oid, query_id int8, query text, backend_type text',
  pg_stat_user_tables:
    'relid oid, schemaname text, relname text, seq_scan int8, last_seq_scan timestamptz, seq_tup_read int8, idx_scan int8, last_idx_scan timestamptz, idx_tup_fetch int8, n_tup_ins int8, n_tup_upd int8, n_tup_del int8, n_tup_hot_upd int8, n_tup_newpage_upd int8, n_live_tup int8, n_dead_tup int8, n_mod_since_analyze int8, n_ins_since_vacuum int8, last_vacuum timestamptz, last_autovacuum timestamptz, last_analyze timestamptz, last_autoanalyze timestamptz, vacuum_count int8, autovacuum_count int8, analyze_count int8, autoanalyze_count int8, total_vacuum_time float8, total_autovacuum_time float8, total_analyze_time float8, total_autoanalyze_time float8',
  pg_statistic_ext:
    'oid oid, stxrelid oid, stxname text, stxnamespace oid, stxowner oid, stxkeys int2[], stxstattarget int2, stxkind text[], stxexprs text',
  pg_tables:
    'schemaname text, tablename text, tableowner text, tablespace text, hasindexes bool, hasrules bool, hastriggers bool, rowsecurity bool',
  pg_tablespace: 'oid oid, spcname text, spcowner oid, spcacl text[], spcoptions text[]',
  pg_trigger:
    'oid oid, tgrelid oid, tgparentid oid, tgname text, tgfoid oid, tgtype int2, tgenabled text, tgisinternal bool, tgconstrrelid oid, tgconstrindid oid, tgconstraint oid, tgdeferrable bool, tginitdeferred bool, tgnargs int2, tgattr int2[], tgargs bytea, tgqual text, tgoldtable text, tgnewtable text',
  pg_type:
    'oid oid, typname text, typnamespace oid, typowner oid, typlen int2, typbyval bool, typtype text, typcategory text, typispreferred bool, typisdefined bool, typdelim text, typrelid oid, typsubscript text, typelem oid, typarray oid, typinput text, typoutput text, typreceive text, typsend text, typmodin text, typmodout text, typanalyze text, typalign text, typstorage text, typnotnull bool, typbasetype oid, typtypmod int4, typndims int4, typcollation oid, typdefaultbin text, typdefault text, typacl text[]',
  pg_user:
    'usename text, usesysid oid, usecreatedb bool, usesuper bool, userepl bool, usebypassrls bool, passwd text, valuntil timestamptz, useconfig text[]',
  pg_views: 'schemaname text, viewname text, viewowner text, definition text',
}

/** Columns of the information schema; all are text but the numbers. */
export const informationSchemaColumns: Readonly<Record<string, string>> = {
  character_sets:
    'character_set_catalog text, character_set_schema text, character_set_name text, character_repertoire text, form_of_use text, default_collate_catalog text, default_collate_schema text, default_collate_name text',
  check_constraints: 'constraint_catalog text, constraint_schema text, constraint_name text, check_clause text',
  column_privileges:
    'grantor text, grantee text, table_catalog text, table_schema text, table_name text, column_name text, privilege_type text, is_grantable text',
  columns:
    'table_catalog text, table_schema text, table_name text, column_name text, ordinal_position int4, column_default text, is_nullable text, data_type text, character_maximum_length int4, character_octet_length int4, numeric_precision int4, numeric_precision_radix int4, numeric_scale int4, datetime_precision int4, interval_type text, interval_precision int4, character_set_catalog text, character_set_schema text, character_set_name text, collation_catalog text, collation_schema text, collation_name text, domain_catalog text, domain_schema text, domain_name text, udt_catalog text, udt_schema text, udt_name text, scope_catalog text, scope_schema text, scope_name text, maximum_cardinality int4, dtd_identifier text, is_self_referencing text, is_identity text, identity_generation text, identity_start text, identity_increment text, identity_maximum text, identity_minimum text, identity_cycle text, is_generated text, generation_expression text, is_updatable text',
  constraint_column_usage:
    'table_catalog text, table_schema text, table_name text, column_name text, constraint_catalog text, constraint_schema text, constraint_name text',
  domains:
    'domain_catalog text, domain_schema text, domain_name text, data_type text, character_maximum_length int4, character_octet_length int4, character_set_catalog text, character_set_schema text, character_set_name text, collation_catalog text, collation_schema text, collation_name text, numeric_precision int4, numeric_precision_radix int4, numeric_scale int4, datetime_precision int4, interval_type text, interval_precision int4, domain_default text, udt_catalog text, udt_schema text, udt_name text, scope_catalog text, scope_schema text, scope_name text, maximum_cardinality int4, dtd_identifier text',
  element_types:
    'object_catalog text, object_schema text, object_name text, object_type text, collection_type_identifier text, data_type text, character_maximum_length int4, character_octet_length int4, character_set_catalog text, character_set_schema text, character_set_name text, collation_catalog text, collation_schema text, collation_name text, numeric_precision int4, numeric_precision_radix int4, numeric_scale int4, datetime_precision int4, interval_type text, interval_precision int4, udt_catalog text, udt_schema text, udt_name text, scope_catalog text, scope_schema text, scope_name text, maximum_cardinality int4, dtd_identifier text',
  enabled_roles: 'role_name text',
  key_column_usage:
    'constraint_catalog text, constraint_schema text, constraint_name text, table_catalog text, table_schema text, table_name text, column_name text, ordinal_position int4, position_in_unique_constraint int4',
  parameters:
    'specific_catalog text, specific_schema text, specific_name text, ordinal_position int4, parameter_mode text, is_result text, as_locator text, parameter_name text, data_type text, character_maximum_length int4, character_octet_length int4, character_set_catalog text, character_set_schema text, character_set_name text, collation_catalog text, collation_schema text, collation_name text, numeric_precision int4, numeric_precision_radix int4, numeric_scale int4, datetime_precision int4, interval_type text, interval_precision int4, udt_catalog text, udt_schema text, udt_name text, scope_catalog text, scope_schema text, scope_name text, maximum_cardinality int4, dtd_identifier text, parameter_default text',
  referential_constraints:
    'constraint_catalog text, constraint_schema text, constraint_name text, unique_constraint_catalog text, unique_constraint_schema text, unique_constraint_name text, match_option text, update_rule text, delete_rule text',
  role_table_grants:
    'grantor text, grantee text, table_catalog text, table_schema text, table_name text, privilege_type text, is_grantable text, with_hierarchy text',
  routines:
    'specific_catalog text, specific_schema text, specific_name text, routine_catalog text, routine_schema text, routine_name text, routine_type text, module_catalog text, module_schema text, module_name text, udt_catalog text, udt_schema text, udt_name text, data_type text, character_maximum_length int4, character_octet_length int4, character_set_catalog text, character_set_schema text, character_set_name text, collation_catalog text, collation_schema text, collation_name text, numeric_precision int4, numeric_precision_radix int4, numeric_scale int4, datetime_precision int4, interval_type text, interval_precision int4, type_udt_catalog text, type_udt_schema text, type_udt_name text, scope_catalog text, scope_schema text, scope_name text, maximum_cardinality int4, dtd_identifier text, routine_body text, routine_definition text, external_name text, external_language text, parameter_style text, is_deterministic text, sql_data_access text, is_null_call text, sql_path text, schema_level_routine text, max_dynamic_result_sets int4, is_user_defined_cast text, is_implicitly_invocable text, security_type text, to_sql_specific_catalog text, to_sql_specific_schema text, to_sql_specific_name text, as_locator text, created text, last_altered text, new_savepoint_level text, is_udt_dependent text, result_cast_from_data_type text, result_cast_as_locator text, result_cast_char_max_length int4, result_cast_char_octet_length int4, result_cast_char_set_catalog text, result_cast_char_set_schema text, result_cast_char_set_name text, result_cast_collation_catalog text, result_cast_collation_schema text, result_cast_collation_name text, result_cast_numeric_precision int4, result_cast_numeric_precision_radix int4, result_cast_numeric_scale int4, result_cast_datetime_precision int4, result_cast_interval_type text, result_cast_interval_precision int4, result_cast_type_udt_catalog text, result_cast_type_udt_schema text, result_cast_type_udt_name text, result_cast_scope_catalog text, result_cast_scope_schema text, result_cast_scope_name text, result_cast_maximum_cardinality int4, result_cast_dtd_identifier text',
  schemata:
    'catalog_name text, schema_name text, schema_owner text, default_character_set_catalog text, default_character_set_schema text, default_character_set_name text, sql_path text',
  sequences:
    'sequence_catalog text, sequence_schema text, sequence_name text, data_type text, numeric_precision int4, numeric_precision_radix int4, numeric_scale int4, start_value text, minimum_value text, maximum_value text, increment text, cycle_option text',
  table_constraints:
    'constraint_catalog text, constraint_schema text, constraint_name text, table_catalog text, table_schema text, table_name text, constraint_type text, is_deferrable text, initially_deferred text, enforced text, nulls_distinct text',
  table_privileges:
    'grantor text, grantee text, table_catalog text, table_schema text, table_name text, privilege_type text, is_grantable text, with_hierarchy text',
  tables:
    'table_catalog text, table_schema text, table_name text, table_type text, self_referencing_column_name text, reference_generation text, user_defined_type_catalog text, user_defined_type_schema text, user_defined_type_name text, is_insertable_into text, is_typed text, commit_action text',
  triggers:
    'trigger_catalog text, trigger_schema text, trigger_name text, event_manipulation text, event_object_catalog text, event_object_schema text, event_object_table text, action_order int4, action_condition text, action_statement text, action_orientation text, action_timing text, action_reference_old_table text, action_reference_new_table text, action_reference_old_row text, action_reference_new_row text, created text',
  views:
    'table_catalog text, table_schema text, table_name text, view_definition text, check_option text, is_updatable text, is_insertable_into text, is_trigger_updatable text, is_trigger_deletable text, is_trigger_insertable_into text',
}
