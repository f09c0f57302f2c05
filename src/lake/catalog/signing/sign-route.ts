import { forbidden } from '../access/refusals.ts'
import { mustMaySign } from '../access/sign-rights.ts'
import { isOwnPlace, wasMadeIn } from '../own-place.ts'
import type { TableIdent } from '../pointer-store.ts'
import { bodies, readBody } from '../request-body.ts'
import { noSuchTable, RestError } from '../rest-error.ts'
import { json, namespaceOf, tableOf, type Call, type Route } from '../route.ts'
import { printedTable, type CommitContext } from '../table-commit.ts'
import { judgeRequest } from './judge-request.ts'
import type { RequestSigning } from './request-signing.ts'
import { replacedHeaders, type ManyHeaders } from './signed-headers.ts'
import type { StagedPlaces } from './staged-places.ts'

export interface SignContext extends Pick<CommitContext, 'delta' | 'metadata' | 'objects'> {
  readonly signing: RequestSigning | undefined
  readonly staged: StagedPlaces
  readonly warehouse: string
}

/** An address and some headers: more is no request of a client of Iceberg. */
const bodyCharactersMax = 64 * 1024

/** Signing of requests to the store (REST specification, signRequest); none where the tables lie in no bucket. */
export function signRoutes(context: SignContext): readonly Route[] {
  const { signing } = context
  if (signing === undefined) return []
  return [
    {
      method: 'POST',
      path: '/v1/{prefix}/namespaces/{namespace}/tables/{table}/sign',
      answer: (call) => sign(context, signing, call),
    },
  ]
}

async function sign(context: SignContext, { signer }: RequestSigning, call: Call) {
  if (call.body.length > bodyCharactersMax)
    throw new RestError(400, 'BadRequestException', `A request to sign has at most ${bodyCharactersMax} characters`)
  const asked = readBody(bodies.sign, call.body)
  const table = { namespace: namespaceOf(call), name: tableOf(call) }
  const location = await placeOf(context, table, asked.method, call)
  if (!isOwnPlace(context.warehouse, location))
    throw refused(
      table,
      `${location} is no folder of one table under ${context.warehouse}, so that others may lie in it`,
    )
  const judged = judgeRequest(asked, location, signer.server)
  if (typeof judged === 'string') throw refused(table, judged)
  const covered = { ...judged.headers, ...(await signer.sign(judged)) }
  const isReading = judged.method === 'GET' || judged.method === 'HEAD'
  return json({ uri: asked.uri, headers: { ...othersOf(asked.headers, covered), ...asMany(covered) } }, 200, {
    'cache-control': isReading ? 'private' : 'no-cache',
  })
}

/** Rights are asked for again: the table may have been made since the request was let in, by somebody else. */
async function placeOf(context: SignContext, table: TableIdent, method: string, call: Call): Promise<string> {
  const pointer = await context.delta.pointer(table)
  const sealed = call.query['staged']
  const opened = pointer === undefined && sealed !== undefined ? context.staged.open(table, sealed) : undefined
  // Once it was made, the files are of the table, which may have another name by now.
  const staged = opened !== undefined && (await wasMadeIn(opened, context.objects)) ? undefined : opened
  if (call.access !== undefined) mustMaySign(call.access, table, method, staged !== undefined)
  if (staged !== undefined) return staged
  if (pointer === undefined) throw noSuchTable(printedTable(table))
  return (await context.metadata.read(pointer)).location
}

function refused(table: TableIdent, why: string): RestError {
  return forbidden(`a request is not signed for ${printedTable(table)}: ${why}`)
}

/** What the request has besides, as it was: the answer holds all of its headers. */
function othersOf(given: ManyHeaders, covered: Readonly<Record<string, string>>): ManyHeaders {
  return Object.fromEntries(
    Object.entries(given).filter(([name]) => {
      const lower = name.toLowerCase()
      return !replacedHeaders.has(lower) && !Object.hasOwn(covered, lower)
    }),
  )
}

function asMany(headers: Readonly<Record<string, string>>): ManyHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
}
