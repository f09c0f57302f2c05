import type { ErrorCode } from '../../kernel/errors/catalogue.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Namespace, TableIdent } from '../catalog/pointer-store.ts'
import { metadataOf } from '../metadata/read.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'
import type {
  CatalogClient,
  CatalogClientOptions,
  CommitOutcome,
  LoadedTable,
  NewTable,
  TableCommit,
  TransactionOutcome,
} from './catalog-client.ts'
import { catalogHttp, readConfig, type Answer, type Call } from './http.ts'

/** A client of an Iceberg REST catalog. Its configuration is read at the first call, and again after one that failed. */
export function connectCatalog(options: CatalogClientOptions): CatalogClient {
  let config: ReturnType<typeof readConfig> | undefined
  const settings = () => {
    config ??= readConfig(options).catch((error: unknown) => {
      config = undefined
      throw error
    })
    return config
  }
  const call = catalogHttp(options, async () => (await settings()).root)
  const at = async (namespace: Namespace) =>
    `/namespaces/${namespace.map(encodeURIComponent).join((await settings()).separator)}`
  const table = async (ident: TableIdent) => `${await at(ident.namespace)}/tables/${encodeURIComponent(ident.name)}`
  return {
    loadTable: async (ident) => loaded(ident, await expect(call('GET', await table(ident)), printed(ident))),
    tableExists: async (ident) => {
      const answer = await call('HEAD', await table(ident))
      if (answer.status === 404) return false
      accept(answer, printed(ident))
      return true
    },
    createTable: async (namespace, created) => {
      const ident = { namespace, name: created.name }
      const answer = await expect(call('POST', `${await at(namespace)}/tables`, createBody(created)), printed(ident))
      return loaded(ident, answer)
    },
    stageTable: async (namespace, staged) => {
      const what = printed({ namespace, name: staged.name })
      const body = { ...createBody(staged), 'stage-create': true }
      const answer = await expect(call('POST', `${await at(namespace)}/tables`, body), what)
      return loaded({ namespace, name: staged.name }, answer).metadata
    },
    renameTable: async (source, destination) => {
      await expect(call('POST', '/tables/rename', { source, destination }), printed(source))
    },
    dropNamespace: async (namespace) => {
      await expect(call('DELETE', await at(namespace)), namespace.join('.'))
    },
    commitTable: async (ident, commit) => send(call, await table(ident), ident, commit),
    commitTables: (changes) => sendAll(call, changes),
    dropTable: async (ident, how) => {
      const purge = how?.purge === true ? '?purgeRequested=true' : ''
      await expect(call('DELETE', `${await table(ident)}${purge}`), printed(ident))
    },
    listTables: async (namespace) => {
      const path = `${await at(namespace)}/tables`
      return pages<TableIdent>(call, path, {}, 'identifiers', namespace.join('.'))
    },
    ensureNamespace: async (namespace) => {
      const answer = await call('POST', '/namespaces', { namespace, properties: {} })
      if (answer.status !== 409) accept(answer, namespace.join('.'))
    },
    listNamespaces: async (parent = []) => {
      const query = parent.length === 0 ? {} : { parent: parent.join(decodeURIComponent((await settings()).separator)) }
      return pages<Namespace>(call, '/namespaces', query, 'namespaces', parent.join('.'))
    },
  }
}

function printed(ident: TableIdent): string {
  return [...ident.namespace, ident.name].join('.')
}

function createBody(table: NewTable): Readonly<Record<string, unknown>> {
  const { partition, location } = table
  return {
    name: table.name,
    schema: table.schema,
    properties: table.properties ?? {},
    ...(location === undefined ? {} : { location }),
    ...(partition === undefined ? {} : { 'partition-spec': { 'spec-id': 0, fields: partition } }),
  }
}

async function send(call: Call, path: string, ident: TableIdent, commit: TableCommit): Promise<CommitOutcome> {
  const answer = await post(call, path, bodyOf(ident, commit), printed(ident))
  if ('outcome' in answer) return answer
  accept(answer, printed(ident))
  try {
    return { outcome: 'committed', table: loaded(ident, answer) }
  } catch (cause) {
    // Something between may have answered in the catalog's place.
    return { outcome: 'unknown', cause }
  }
}

async function sendAll(
  call: Call,
  changes: readonly { readonly ident: TableIdent; readonly commit: TableCommit }[],
): Promise<TransactionOutcome> {
  const what = changes.map(({ ident }) => printed(ident)).join(', ')
  const body = { 'table-changes': changes.map(({ ident, commit }) => bodyOf(ident, commit)) }
  const answer = await post(call, '/transactions/commit', body, what)
  if ('outcome' in answer) return answer
  // 404 of a catalog that knows the path names what it did not find.
  if (
    answer.status === 405 ||
    answer.status === 501 ||
    (answer.status === 404 && !answer.errorType.startsWith('NoSuch'))
  )
    throw new WeirError('WEIR-4009', `The catalog does not commit to several tables together: ${what}`)
  accept(answer, what)
  // The specification answers 204; a 200 with a page in it may be of something between.
  return answer.status === 204 ? { outcome: 'committed' } : { outcome: 'unknown', cause: refused(answer, what) }
}

function bodyOf({ namespace, name }: TableIdent, { requirements, updates }: TableCommit): unknown {
  return { identifier: { namespace, name }, requirements, updates }
}

/** A conflict is certain only by 409; any other failure after sending may hide a commit (specification, commit). */
async function post(
  call: Call,
  path: string,
  body: unknown,
  what: string,
): Promise<Answer | Exclude<CommitOutcome, { readonly outcome: 'committed' }>> {
  let answer: Answer
  try {
    answer = await call('POST', path, body)
  } catch (cause) {
    return { outcome: 'unknown', cause }
  }
  if (answer.status === 409) return { outcome: 'conflict', message: answer.message }
  if (answer.status >= 500 && answer.status !== 501) return { outcome: 'unknown', cause: refused(answer, what) }
  return answer
}

function loaded(ident: TableIdent, answer: Answer): LoadedTable {
  const body = (answer.body ?? {}) as { 'metadata-location'?: string; metadata?: TableMetadata }
  const metadataLocation = body['metadata-location'] ?? ''
  if (body.metadata === undefined) throw new WeirError('WEIR-4009', `The answer for ${printed(ident)} has no metadata`)
  return { ident, metadataLocation, metadata: metadataOf(body.metadata, metadataLocation) }
}

async function pages<T>(
  call: Call,
  path: string,
  query: Readonly<Record<string, string>>,
  key: string,
  what: string,
): Promise<readonly T[]> {
  const items: T[] = []
  let token: string | null | undefined
  do {
    const parameters = new URLSearchParams({ ...query, ...(token == null ? {} : { pageToken: token }) })
    const body = (await expect(call('GET', parameters.size === 0 ? path : `${path}?${parameters.toString()}`), what))
      .body
    items.push(...((body as Record<string, readonly T[]>)[key] ?? []))
    token = (body as { 'next-page-token'?: string | null })['next-page-token']
  } while (token != null && token !== '')
  return items
}

async function expect(answer: Promise<Answer>, what: string): Promise<Answer> {
  return accept(await answer, what)
}

function accept(answer: Answer, what: string): Answer {
  if (answer.status < 300) return answer
  throw refused(answer, what)
}

function refused(answer: Answer, what: string): WeirError {
  const text = `${what}: ${answer.message}`
  // Iceberg's words: the table is there, and nobody may take its name for free.
  const gone = /^Failed to open input stream for file: (.+?)(?: of \S+)?$/s.exec(answer.message)?.[1]
  if (answer.status === 404 && gone !== undefined)
    return new WeirError(
      'WEIR-8002',
      `${what}: its metadata file ${gone} is not there. Restore it from a backup, or register an older one of its folder in its place: POST /iceberg/v1/namespaces/NAMESPACE/register with "overwrite": true`,
    )
  if (answer.status === 404)
    return new WeirError(answer.errorType === 'NoSuchNamespaceException' ? 'WEIR-4002' : 'WEIR-4001', text)
  if (answer.status === 409)
    return new WeirError(answer.errorType === 'NamespaceNotEmptyException' ? 'WEIR-4005' : 'WEIR-4003', text)
  const named = refusedByName(text)
  if (named !== undefined) return named
  if (answer.status === 400 || answer.status === 422) return new WeirError('WEIR-4006', text)
  return new WeirError('WEIR-4009', `The catalog answered ${answer.status} for ${text}`)
}

/** What is with a Delta table, or damaged, has codes of its own, which Weir's catalog puts behind its words. */
function refusedByName(text: string): WeirError | undefined {
  const [, message, code] = /^(.*) \((WEIR-(?:402[567]|4008|800[17]))\)$/s.exec(text) ?? []
  return message === undefined ? undefined : new WeirError(code as ErrorCode, message)
}
