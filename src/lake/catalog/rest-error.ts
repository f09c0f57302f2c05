import { asWeirError } from '../../kernel/errors/weir-error.ts'
import { stringifyJson } from '../json.ts'
import type { CatalogResponse } from './catalog.ts'

/** The error types that the REST specification and its clients know by name. */
export type RestErrorType =
  | 'BadRequestException'
  | 'IllegalArgumentException'
  | 'NotAuthorizedException'
  | 'ForbiddenException'
  | 'NoSuchNamespaceException'
  | 'NoSuchTableException'
  | 'NoSuchViewException'
  | 'NotFoundException'
  | 'AlreadyExistsException'
  | 'NamespaceNotEmptyException'
  | 'CommitFailedException'
  | 'UnprocessableEntityException'
  | 'UnsupportedOperationException'
  | 'CommitStateUnknownException'
  | 'ServiceUnavailableException'
  | 'InternalServerError'

/** What ends a request: a status and the body of the REST specification. Leaves `handle` as a response, never thrown. */
export class RestError extends Error {
  readonly status: number
  readonly type: RestErrorType

  constructor(status: number, type: RestErrorType, message: string) {
    super(message)
    this.status = status
    this.type = type
  }
}

export function errorResponse(thrown: unknown): CatalogResponse {
  const { status, type, message } = thrown instanceof RestError ? thrown : fromAny(thrown)
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: stringifyJson({ error: { message, type, code: status } }),
  }
}

function fromAny(thrown: unknown): Pick<RestError, 'status' | 'type' | 'message'> {
  const error = asWeirError(thrown)
  const message = `${error.message} (${error.code})`
  switch (error.kind) {
    case 'invalid':
      return { status: 400, type: 'BadRequestException', message }
    case 'conflict':
      return { status: 409, type: 'CommitFailedException', message }
    case 'not-found':
      return { status: 404, type: 'NotFoundException', message }
    case 'unauthorized':
      return { status: 401, type: 'NotAuthorizedException', message }
    case 'unavailable':
      return { status: 503, type: 'ServiceUnavailableException', message }
    default:
      return { status: 500, type: 'InternalServerError', message }
  }
}

export function noSuchTable(name: string): RestError {
  return new RestError(404, 'NoSuchTableException', `Table does not exist: ${name}`)
}

export function noSuchView(name: string): RestError {
  return new RestError(404, 'NoSuchViewException', `View does not exist: ${name}`)
}

export function noSuchNamespace(name: string): RestError {
  return new RestError(404, 'NoSuchNamespaceException', `Namespace does not exist: ${name}`)
}
