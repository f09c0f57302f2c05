import { shownTypeOf } from './relation-type.ts'
import type { DuckDBType } from '@duckdb/node-api'
import { sourceColumns } from '../../record/delivery-state.ts'
import type { Relation } from '../bind/relation-index.ts'
import { defaultSettings } from '../session/settings.ts'
import { grantsByName } from './granted.ts'
import { pgTypeRows } from './pg-type-rows.ts'

/** A relation with its number and the types of its columns. */
export interface CatalogRelation {
  readonly relation: Relation
  readonly oid: number
  readonly columns: readonly CatalogColumn[]
}

export interface CatalogColumn {
  readonly name: string
  readonly type: DuckDBType
  readonly required: boolean
  readonly comment?: string | undefined
  readonly default?: string | undefined
}

export type Row = Readonly<Record<string, string | number | boolean | null>>

const oids = { database: 5, owner: 10, pgCatalog: 11, public: 2200, informationSchema: 13_000, heap: 2 } as const

/** A number that stays the same for a name, so that what clients keep stays right. */
export function relationOid(name: string, taken: ReadonlySet<number>): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  let oid = 100_000 + (hash % 2_000_000_000)
  while (taken.has(oid)) oid++
  return oid
}

function schemaOid(schema: string): number {
  return schema === 'public' ? oids.public : relationOid(`schema ${schema}`, new Set())
}

const kindOf = ({ relation }: CatalogRelation): string => (relation.kind === 'table' ? 'r' : 'v')

/** Rows of pg_class, pg_attribute, … by table. Tables that are not named here are empty. */
export function pgCatalogRows(
  relations: readonly CatalogRelation[],
  schemas: readonly string[],
  database: string,
): Readonly<Record<string, readonly Row[]>> {
  return {
    pg_namespace: [
      { oid: oids.pgCatalog, nspname: 'pg_catalog', nspowner: oids.owner },
      { oid: oids.informationSchema, nspname: 'information_schema', nspowner: oids.owner },
      ...schemas.map((schema) => ({ oid: schemaOid(schema), nspname: schema, nspowner: oids.owner })),
    ],
    pg_class: relations.map(classRow),
    pg_attribute: relations.flatMap(attributeRows),
    pg_attrdef: relations.flatMap(defaultRows),
    pg_type: typeRows(),
    pg_description: descriptionRows(relations),
    pg_am: [{ oid: oids.heap, amname: 'heap', amhandler: 'heap_tableam_handler', amtype: 't' }],
    pg_database: [databaseRow(database)],
    pg_tablespace: [{ oid: 1663, spcname: 'pg_default', spcowner: oids.owner }],
    pg_language: [{ oid: 14, lanname: 'sql', lanowner: oids.owner, lanispl: false, lanpltrusted: true }],
    pg_collation: [
      {
        oid: 100,
        collname: 'default',
        collnamespace: oids.pgCatalog,
        collowner: oids.owner,
        collprovider: 'd',
        collisdeterministic: true,
        collencoding: -1,
      },
      {
        oid: 950,
        collname: 'C',
        collnamespace: oids.pgCatalog,
        collowner: oids.owner,
        collprovider: 'c',
        collisdeterministic: true,
        collencoding: -1,
        collcollate: 'C',
        collctype: 'C',
      },
    ],
    pg_roles: [roleRow],
    pg_user: [
      {
        usename: 'weir',
        usesysid: oids.owner,
        usecreatedb: false,
        usesuper: false,
        userepl: false,
        usebypassrls: false,
      },
    ],
    pg_settings: Object.entries(defaultSettings).map(([name, setting]) => ({
      name,
      setting,
      context: 'user',
      vartype: 'string',
      source: 'default',
      boot_val: setting,
      reset_val: setting,
      pending_restart: false,
    })),
    pg_tables: relations.filter((one) => kindOf(one) === 'r').map(tableRow),
    pg_views: relations.flatMap(({ relation }) =>
      relation.kind === 'view'
        ? [{ schemaname: relation.schema, viewname: relation.name, viewowner: 'weir', definition: relation.sql }]
        : [],
    ),
  }
}

const roleRow: Row = {
  oid: oids.owner,
  rolname: 'weir',
  rolsuper: false,
  rolinherit: true,
  rolcreaterole: false,
  rolcreatedb: false,
  rolcanlogin: true,
  rolreplication: false,
  rolconnlimit: -1,
  rolbypassrls: false,
}

const databaseRow = (name: string): Row => ({
  oid: oids.database,
  datname: name,
  datdba: oids.owner,
  encoding: 6,
  datlocprovider: 'c',
  datistemplate: false,
  datallowconn: true,
  datconnlimit: -1,
  dattablespace: 1663,
  datcollate: 'C.UTF-8',
  datctype: 'C.UTF-8',
})

function tableRow({ relation }: CatalogRelation): Row {
  const none = { hasindexes: false, hasrules: false, hastriggers: false, rowsecurity: false }
  return { schemaname: relation.schema, tablename: relation.name, tableowner: 'weir', ...none }
}

function classRow(one: CatalogRelation): Row {
  const flags = { relhasindex: false, relisshared: false, relhasrules: kindOf(one) === 'v', relhastriggers: false }
  const more = {
    relhassubclass: false,
    relrowsecurity: false,
    relforcerowsecurity: false,
    relispopulated: true,
    relispartition: false,
  }
  return {
    oid: one.oid,
    relname: one.relation.name,
    relnamespace: schemaOid(one.relation.schema),
    reltype: 0,
    reloftype: 0,
    relowner: oids.owner,
    relam: kindOf(one) === 'r' ? oids.heap : 0,
    relfilenode: 0,
    reltablespace: 0,
    relpages: 0,
    reltuples: -1,
    relallvisible: 0,
    reltoastrelid: 0,
    relpersistence: 'p',
    relkind: kindOf(one),
    relnatts: one.columns.length,
    relchecks: 0,
    relreplident: 'd',
    relrewrite: 0,
    ...flags,
    ...more,
  }
}

function attributeRows({ oid, columns }: CatalogRelation): Row[] {
  return columns.map(({ name, type, required, default: value }, i) => {
    const { typeOid, typmod, length, dimensions } = shownTypeOf(type)
    return {
      attrelid: oid,
      attname: name,
      atttypid: typeOid,
      attlen: length,
      attnum: i + 1,
      atttypmod: typmod,
      attndims: dimensions,
      attbyval: length > 0 && length <= 8,
      attalign: 'i',
      attstorage: length > 0 ? 'p' : 'x',
      attcompression: '',
      attnotnull: required,
      atthasdef: value !== undefined,
      atthasmissing: false,
      attidentity: '',
      attgenerated: '',
      attisdropped: false,
      attislocal: true,
      attinhcount: 0,
      attcollation: typeOid === 25 || typeOid === 1009 ? 100 : 0,
    }
  })
}

function defaultRows({ relation, oid, columns }: CatalogRelation): Row[] {
  return columns.flatMap(({ name, default: value }, i) =>
    value === undefined
      ? []
      : [
          {
            oid: relationOid(`default ${relation.schema}.${relation.name}.${name}`, new Set()),
            adrelid: oid,
            adnum: i + 1,
            adbin: value,
          },
        ],
  )
}

/** PostgreSQL's numbers of catalogs that others refer to: comments name the catalog that their object is in. */
const catalogOids = {
  pg_type: 1247,
  pg_attribute: 1249,
  pg_proc: 1255,
  pg_class: 1259,
  pg_database: 1262,
  pg_constraint: 2606,
  pg_namespace: 2615,
  pg_trigger: 2620,
}
const classOfRelations = catalogOids.pg_class

function descriptionRows(relations: readonly CatalogRelation[]): Row[] {
  return relations.flatMap(({ relation, oid, columns }) => [
    ...(relation.comment
      ? [{ objoid: oid, classoid: classOfRelations, objsubid: 0, description: relation.comment }]
      : []),
    ...columns.flatMap(({ comment }, i) =>
      comment ? [{ objoid: oid, classoid: classOfRelations, objsubid: i + 1, description: comment }] : [],
    ),
  ])
}

function typeRows(): Row[] {
  return pgTypeRows.map((line) => {
    const [oid, name, length, byValue, kind, category, preferred, delimiter, element, array, input, output, collation] =
      line.split('|')
    return {
      oid: Number(oid),
      typname: name!,
      typnamespace: oids.pgCatalog,
      typowner: oids.owner,
      typlen: Number(length),
      typbyval: byValue === 't',
      typtype: kind!,
      typcategory: category!,
      typispreferred: preferred === 't',
      typisdefined: true,
      typdelim: delimiter!,
      typrelid: 0,
      typelem: Number(element),
      typarray: Number(array),
      typinput: input!,
      typoutput: output!,
      typnotnull: false,
      typbasetype: 0,
      typtypmod: -1,
      typndims: 0,
      typcollation: Number(collation),
    }
  })
}

/** PostgreSQL's reserved words. */
const reservedWords = `all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
  current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc
  distinct do else end except false fetch for foreign from grant group having in initially intersect into
  lateral leading limit localtime localtimestamp not null offset on only or order placing primary references
  returning select session_user some symmetric system_user table then to trailing true union unique user using
  variadic when where window with`

/** Rows of the tables that the macros read. */
export function macroTableRows(
  relations: readonly CatalogRelation[],
  schemas: readonly string[],
): Readonly<Record<string, readonly Row[]>> {
  return {
    weir_relations: [
      ...Object.entries(catalogOids).map(([name, oid]) => ({
        weir_oid: oid,
        weir_schema: 'pg_catalog',
        weir_name: name,
      })),
      ...relations.map(({ relation, oid }) => ({
        weir_oid: oid,
        weir_schema: relation.schema,
        weir_name: relation.name,
        weir_definition: relation.kind === 'view' ? relation.sql : null,
      })),
    ],
    weir_grants: Array.from(grantsByName(relations, Object.values(catalogOids)), ([key, granted]) => ({
      weir_key: key,
      weir_granted: granted,
    })),
    weir_comments: descriptionRows(relations).map((row) => ({
      weir_oid: row['objoid']!,
      weir_place: row['objsubid']!,
      weir_text: row['description']!,
    })),
    weir_types: pgTypeRows.map((line) => {
      const parts = line.split('|')
      return { weir_oid: Number(parts[0]), weir_name: parts[1]!, weir_shown: parts.at(-1)! }
    }),
    pg_get_keywords: reservedWords.split(/\s+/).map((word) => ({ word, catcode: 'R', catdesc: 'reserved' })),
    weir_settings: Object.entries(defaultSettings).map(([name, value]) => ({
      weir_name: name.toLowerCase(),
      weir_value: value,
    })),
    weir_schemas: [
      { weir_oid: oids.pgCatalog, weir_name: 'pg_catalog' },
      { weir_oid: oids.informationSchema, weir_name: 'information_schema' },
      ...schemas.map((schema) => ({ weir_oid: schemaOid(schema), weir_name: schema })),
    ],
  }
}

/** Rows of the information schema. */
export function informationSchemaRows(
  relations: readonly CatalogRelation[],
  schemas: readonly string[],
  database: string,
): Readonly<Record<string, readonly Row[]>> {
  return {
    schemata: [...schemas, 'pg_catalog', 'information_schema'].map((schema) => ({
      catalog_name: database,
      schema_name: schema,
      schema_owner: 'weir',
    })),
    tables: relations.map(({ relation }) => ({
      table_catalog: database,
      table_schema: relation.schema,
      table_name: relation.name,
      table_type: relation.kind === 'table' ? 'BASE TABLE' : 'VIEW',
      is_insertable_into: isWritten(relation) ? 'YES' : 'NO',
      is_typed: 'NO',
    })),
    views: relations.flatMap(({ relation }) =>
      relation.kind === 'view'
        ? [
            {
              table_catalog: database,
              table_schema: relation.schema,
              table_name: relation.name,
              view_definition: relation.sql,
              check_option: 'NONE',
              is_updatable: 'NO',
            },
          ]
        : [],
    ),
    columns: relations.flatMap(({ relation, columns }) =>
      columns.map(({ name, type, required, default: value }, i) => {
        const { shownName, udtName, precision, scale } = shownTypeOf(type)
        return {
          table_catalog: database,
          table_schema: relation.schema,
          table_name: relation.name,
          column_name: name,
          ordinal_position: i + 1,
          column_default: value ?? null,
          is_nullable: required ? 'NO' : 'YES',
          data_type: shownName,
          numeric_precision: precision,
          numeric_scale: scale,
          udt_catalog: database,
          udt_schema: 'pg_catalog',
          udt_name: udtName,
          dtd_identifier: String(i + 1),
          is_identity: 'NO',
          is_generated: 'NEVER',
          is_updatable: isWritten(relation) && !(sourceColumns as readonly string[]).includes(name) ? 'YES' : 'NO',
        }
      }),
    ),
    enabled_roles: [{ role_name: 'weir' }],
  }
}

function isWritten(relation: Relation): boolean {
  return relation.kind === 'table' && relation.isReadOnly !== true
}
