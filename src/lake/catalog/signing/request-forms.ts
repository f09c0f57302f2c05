/** A kind of request that clients need for the files of a table, and no more than that of it. */
export interface RequestForm {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  readonly on: 'object' | 'list'
  readonly action: 'table:read' | 'table:write'
  /** Parameters that must be there, and what they must be. */
  readonly parameters: Readonly<Record<string, RegExp>>
  readonly optional?: Readonly<Record<string, RegExp>>
  /** It puts an object there, which must be the first of its name. */
  readonly creates?: true
}

/** Servers over a file system take it for the name of a folder. */
const upload = /^(?!\/|(?:.*\/)?\.{1,2}(?:\/|$))[\w.~+/=-]{1,1024}$/
const anything = /^[^]{0,1024}$/

/**
 * All that is signed. Nothing that is there is changed or removed: what a table once wrote others may still read, its own history among
 * them, and maintenance alone knows who does (INV-L4). So an object is created and never replaced, and the one DELETE ends an upload.
 */
const requestForms: readonly RequestForm[] = [
  { method: 'GET', on: 'object', action: 'table:read', parameters: {} },
  { method: 'HEAD', on: 'object', action: 'table:read', parameters: {} },
  {
    method: 'GET',
    on: 'list',
    action: 'table:read',
    parameters: { 'list-type': /^2$/, prefix: anything },
    optional: {
      delimiter: /^\/?$/,
      'max-keys': /^\d{1,4}$/,
      'continuation-token': anything,
      'start-after': anything,
      'encoding-type': /^url$/,
      'fetch-owner': /^(true|false)$/,
    },
  },
  { method: 'PUT', on: 'object', action: 'table:write', parameters: {}, creates: true },
  { method: 'POST', on: 'object', action: 'table:write', parameters: { uploads: /^$/ } },
  {
    method: 'PUT',
    on: 'object',
    action: 'table:write',
    parameters: { partNumber: /^[1-9]\d{0,4}$/, uploadId: upload },
  },
  { method: 'POST', on: 'object', action: 'table:write', parameters: { uploadId: upload }, creates: true },
  { method: 'DELETE', on: 'object', action: 'table:write', parameters: { uploadId: upload } },
]

/** What SDKs tell of themselves. */
const always = { 'x-id': /^[A-Za-z]{1,64}$/ }

/** The form of a request; undefined for one that is not signed for anybody. */
export function formOf(
  method: string,
  on: RequestForm['on'],
  query: Readonly<Record<string, string>>,
): RequestForm | undefined {
  return requestForms.find((form) => form.method === method && form.on === on && fits(form, query))
}

function fits({ parameters, optional }: RequestForm, query: Readonly<Record<string, string>>): boolean {
  const known = { ...always, ...optional, ...parameters }
  return (
    Object.keys(parameters).every((name) => Object.hasOwn(query, name)) &&
    Object.entries(query).every(([name, value]) => Object.hasOwn(known, name) && known[name as 'x-id'].test(value))
  )
}
