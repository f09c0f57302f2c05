import { defineCodes } from './code-definition.ts'

/** Resources and the HTTP API. */
export const controlCodes = defineCodes({
  'WEIR-7001': { kind: 'not-found', cause: 'There is no such resource.', remedy: 'weir get KIND lists what there is.' },
  'WEIR-7002': {
    kind: 'conflict',
    cause: 'The resource was changed by somebody else meanwhile.',
    remedy: 'Read it again and repeat the change with its new version.',
    retryable: true,
  },
  'WEIR-7003': {
    kind: 'conflict',
    cause: 'The resource is used by others.',
    remedy: 'Change or delete those that the message names first.',
  },
  'WEIR-7004': {
    kind: 'conflict',
    cause: 'The change destroys data.',
    remedy: 'Look at weir plan; if that is meant, repeat it with --allow-destructive.',
  },
  'WEIR-7005': {
    kind: 'invalid',
    cause: 'A resource cannot be changed in this way in place.',
    remedy: 'Declare another resource beside it, move the data, then delete the old one.',
  },
  'WEIR-7006': {
    kind: 'unavailable',
    cause: 'A secret has no value.',
    remedy: 'Set the environment variable or write the file that the message names.',
    retryable: true,
  },
  'WEIR-7007': {
    kind: 'invalid',
    cause: 'A request of the HTTP API is not as the API describes it.',
    remedy: 'Correct what the message names; /openapi.json describes every request.',
  },
  'WEIR-7008': {
    kind: 'unauthorized',
    cause: 'A request lacks the token, or has a wrong one.',
    remedy: 'Send the header authorization: Bearer TOKEN.',
  },
  'WEIR-7009': {
    kind: 'unauthorized',
    cause: 'A request names a host or an origin that is not this server.',
    remedy: 'Use the address that weir url http prints; web pages of other sites may not reach Weir.',
  },
  'WEIR-7010': {
    kind: 'not-found',
    cause: 'There is nothing at this address of the HTTP API.',
    remedy: '/openapi.json lists what there is.',
  },
  'WEIR-7011': {
    kind: 'invalid',
    cause: 'The body of a request is too large.',
    remedy: 'Send less at once.',
  },
  'WEIR-7012': {
    kind: 'unavailable',
    cause: 'A resource waits for another one.',
    remedy: 'Look at the one that the reason names; work goes on by itself.',
    retryable: true,
  },
  'WEIR-7013': {
    kind: 'unavailable',
    cause: 'As much of this runs already as runs at the same time.',
    remedy: 'Stop one of them, or wait until one has ended.',
    retryable: true,
  },
  'WEIR-7014': {
    kind: 'unauthorized',
    cause: 'An access token of the Iceberg catalog has expired.',
    remedy: 'Ask for another one: POST /iceberg/v1/oauth/tokens, as Iceberg clients do by themselves.',
  },
  'WEIR-7015': {
    kind: 'unauthorized',
    cause: 'A policy does not allow this to the user that asks for it.',
    remedy: 'An administrator changes the policy that the message names, or does it.',
  },
})
