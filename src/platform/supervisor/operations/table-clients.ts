import type { TableDescription } from '../../../lake/inspection/describe-table.ts'
import { identifier } from '../../../lake/types/duckdb-type.ts'
import type { TableClient } from '../../operations.ts'
import { pathOf } from '../../../storage/objects/location.ts'
import type { Endpoints } from '../endpoints.ts'

/** Where Weir answers, and whether it asks for a password (PostgreSQL) and a token (the catalog). */
export interface ReadingPlace {
  readonly endpoints: Pick<Endpoints, 'postgres' | 'iceberg'>
  readonly hasPassword: boolean
  readonly hasToken: boolean
  /** The user of the project who reads; an administrator without it. */
  readonly user?: string
  /** Not for whom columns are masked: SQL alone shows the others. */
  readonly readsFiles?: boolean
}

type Table = Pick<TableDescription, 'namespace' | 'name' | 'location'> & {
  /** Where the table is a Delta table to others; nowhere without it. */
  readonly deltaLocation?: string
}

/**
 * The lines that read a table with the programs of the field. Secrets stay in the environment: WEIR_PASSWORD, WEIR_TOKEN. A user shows
 * the own password to all, and reaches files in a bucket by signatures, which neither Trino nor DuckDB ask for.
 */
export function tableClients(table: Table, place: ReadingPlace): readonly TableClient[] {
  if (place.readsFiles === false) return [psql(table, place)]
  const clients = place.user === undefined ? [psql, pyiceberg, spark, trino, duckdb] : [psql, pyiceberg, spark]
  const delta =
    place.user === undefined && table.deltaLocation?.startsWith('file:') ? [deltaRs(table.deltaLocation)] : []
  return [...clients.map((client) => client(table, place)), ...delta]
}

/** By the signatures of the catalog; administrators have keys, or get them. */
function needsSignatures({ location }: Table, { user }: ReadingPlace): boolean {
  return user !== undefined && !location.startsWith('file:')
}

function psql({ namespace, name }: Table, { endpoints, hasPassword, user }: ReadingPlace): TableClient {
  const query = `select * from ${identifier(namespace)}.${identifier(name)} limit 10`
  const address = new URL(endpoints.postgres)
  if (user !== undefined) address.username = encodeURIComponent(user)
  const password = hasPassword || user !== undefined ? 'PGPASSWORD="$WEIR_PASSWORD" ' : ''
  return {
    name: 'psql',
    title: 'psql',
    reads: 'rows that are not committed yet, too',
    needs: 'psql, or any client of PostgreSQL',
    language: 'shell',
    text: `${password}psql ${shellQuoted(address.href)} -c ${shellQuoted(query)}`,
  }
}

function pyiceberg(named: Table, place: ReadingPlace): TableClient {
  const { namespace, name } = named
  const { endpoints, hasToken, user } = place
  const isSigned = needsSignatures(named, place)
  const token = hasToken ? ', token=os.environ["WEIR_TOKEN"]' : ''
  const secret = user === undefined ? token : `, credential=${JSON.stringify(`${user}:`)} + os.environ["WEIR_PASSWORD"]`
  const delegation = isSigned ? ', **{"header.X-Iceberg-Access-Delegation": "remote-signing"}' : ''
  const table = [namespace, name].map((part) => JSON.stringify(part)).join(', ')
  return {
    name: 'pyiceberg',
    title: 'Python, PyIceberg',
    reads: 'the current snapshot',
    needs: `pip install 'pyiceberg[${isSigned ? 'pyarrow,s3fs' : 'pyarrow'}]'`,
    language: 'python',
    text: [
      ...(secret === '' ? [] : ['import os']),
      'from pyiceberg.catalog import load_catalog',
      '',
      `catalog = load_catalog("weir", type="rest", uri=${JSON.stringify(endpoints.iceberg)}${secret}${delegation})`,
      `print(catalog.load_table((${table})).scan(limit=10).to_arrow().to_pylist())`,
    ].join('\n'),
  }
}

function spark(named: Table, place: ReadingPlace): TableClient {
  const { namespace, name } = named
  const { endpoints, hasToken, user } = place
  const isSigned = needsSignatures(named, place)
  const bundle = isSigned ? ',org.apache.iceberg:iceberg-aws-bundle:1.11.0' : ''
  const quoted = (part: string): string => `\`${part.replaceAll('`', '``')}\``
  const catalog = 'spark.sql.catalog.weir'
  return {
    name: 'spark',
    title: 'Spark',
    reads: 'the current snapshot',
    needs: 'Spark 4.1; it fetches the runtime of Iceberg from Maven Central',
    language: 'shell',
    text: [
      `spark-sql --packages org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.11.0${bundle}`,
      `  --conf ${catalog}=org.apache.iceberg.spark.SparkCatalog`,
      `  --conf ${catalog}.type=rest`,
      `  --conf ${catalog}.uri=${endpoints.iceberg}`,
      ...(hasToken && user === undefined ? [`  --conf ${catalog}.token="$WEIR_TOKEN"`] : []),
      ...(user === undefined ? [] : [`  --conf ${catalog}.credential=${shellQuoted(`${user}:`)}"$WEIR_PASSWORD"`]),
      ...(isSigned ? [`  --conf ${catalog}.header.X-Iceberg-Access-Delegation=remote-signing`] : []),
      `  -e ${shellQuoted(`select * from weir.${quoted(namespace)}.${quoted(name)} limit 10`)}`,
    ].join(' \\\n'),
  }
}

function trino({ namespace, name, location }: Table, { endpoints, hasToken }: ReadingPlace): TableClient {
  const isLocal = location.startsWith('file:')
  return {
    name: 'trino',
    title: 'Trino',
    reads: 'the current snapshot',
    needs: 'a Trino with this as etc/catalog/weir.properties',
    language: 'properties',
    text: [
      `# select * from weir.${identifier(namespace)}.${identifier(name)} limit 10`,
      'connector.name=iceberg',
      'iceberg.catalog.type=rest',
      `iceberg.rest-catalog.uri=${endpoints.iceberg}`,
      ...(hasToken
        ? ['iceberg.rest-catalog.security=OAUTH2', 'iceberg.rest-catalog.oauth2.token=${ENV:WEIR_TOKEN}']
        : []),
      ...(isLocal ? ['fs.native-local.enabled=true', 'local.location=/'] : ['fs.native-s3.enabled=true']),
    ].join('\n'),
  }
}

function duckdb({ namespace, name }: Table, { endpoints, hasToken }: ReadingPlace): TableClient {
  const endpoint = `ENDPOINT '${endpoints.iceberg}', ACCESS_DELEGATION_MODE 'none'`
  return {
    name: 'duckdb',
    title: 'DuckDB',
    reads: 'the current snapshot',
    needs: 'DuckDB 1.4 or later on its command line; it fetches its extension iceberg',
    language: 'sql',
    text: [
      'INSTALL iceberg; LOAD iceberg;',
      ...(hasToken ? ["CREATE SECRET weir (TYPE iceberg, TOKEN getenv('WEIR_TOKEN'));"] : []),
      `ATTACH '' AS weir (TYPE iceberg, ${endpoint}, ${hasToken ? 'SECRET weir' : "AUTHORIZATION_TYPE 'none'"});`,
      `SELECT * FROM weir.${identifier(namespace)}.${identifier(name)} LIMIT 10;`,
    ].join('\n'),
  }
}

/** Where the files lie in a folder of this machine: for a bucket each client has settings of its own. */
function deltaRs(location: string): TableClient {
  return {
    name: 'delta-rs',
    title: 'Python, delta-rs',
    reads: 'the current version of the Delta table',
    needs: "pip install 'deltalake' 'pyarrow'",
    language: 'python',
    text: [
      'from deltalake import DeltaTable',
      '',
      `print(DeltaTable(${JSON.stringify(pathOf(location))}).to_pyarrow_dataset().head(10).to_pylist())`,
    ].join('\n'),
  }
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
