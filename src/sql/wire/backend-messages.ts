import { ByteWriter } from './byte-writer.ts'

/** Messages from server to client, PostgreSQL documentation 54.7. Each returns the whole message. */

/** One column of a RowDescription. */
export interface FieldDescription {
  readonly name: string
  readonly oid: number
  readonly size: number
  readonly typmod: number
  readonly format: 0 | 1
}

/** Fields of an ErrorResponse or a NoticeResponse. */
export interface ResponseFields {
  readonly severity: 'ERROR' | 'FATAL' | 'NOTICE' | 'WARNING'
  readonly sqlstate: string
  readonly message: string
  readonly detail?: string | undefined
  readonly hint?: string | undefined
  readonly position?: number | undefined
  /** Where in what is worked on, as `COPY t, line 3`. */
  readonly where?: string | undefined
}

function message(type: string, write?: (out: ByteWriter) => void): Buffer {
  const out = new ByteWriter(64)
  out.int8(type.charCodeAt(0))
  out.int32(0)
  write?.(out)
  out.setInt32(1, out.at - 1)
  return out.take()
}

export const authenticationOk = message('R', (out) => out.int32(0))
export const parseComplete = message('1')
export const bindComplete = message('2')
export const closeComplete = message('3')
export const noData = message('n')
export const emptyQueryResponse = message('I')
export const portalSuspended = message('s')
export const copyDone = message('c')

export const parameterStatus = (name: string, value: string): Buffer =>
  message('S', (out) => (out.cString(name), out.cString(value)))

export const backendKeyData = (processId: number, secret: number): Buffer =>
  message('K', (out) => (out.int32(processId), out.int32(secret)))

/** `I` idle, `T` in a transaction, `E` in a failed one. */
export const readyForQuery = (status: 'I' | 'T' | 'E'): Buffer => message('Z', (out) => out.int8(status.charCodeAt(0)))

export const commandComplete = (tag: string): Buffer => message('C', (out) => out.cString(tag))

export const authenticationSasl = (mechanisms: readonly string[]): Buffer =>
  message('R', (out) => {
    out.int32(10)
    for (const mechanism of mechanisms) out.cString(mechanism)
    out.int8(0)
  })

/** Step 11 continues, step 12 ends a SASL exchange. */
export const authenticationSaslStep = (step: 11 | 12, data: string): Buffer =>
  message('R', (out) => (out.int32(step), out.raw(Buffer.from(data))))

export const rowDescription = (fields: readonly FieldDescription[]): Buffer =>
  message('T', (out) => {
    out.int16(fields.length)
    for (const field of fields) {
      out.cString(field.name)
      out.int32(0)
      out.int16(0)
      out.int32(field.oid)
      out.int16(field.size)
      out.int32(field.typmod)
      out.int16(field.format)
    }
  })

export const parameterDescription = (oids: readonly number[]): Buffer =>
  message('t', (out) => {
    out.int16(oids.length)
    for (const oid of oids) out.int32(oid)
  })

/** A row of text values, for answers that the port makes itself. */
export const textRow = (values: readonly (string | null)[]): Buffer =>
  message('D', (out) => {
    out.int16(values.length)
    for (const value of values) {
      if (value === null) out.int32(-1)
      else out.lengthAndText(value)
    }
  })

export const copyOutResponse = (columns: number): Buffer =>
  message('H', (out) => {
    out.int8(0)
    out.int16(columns)
    for (let i = 0; i < columns; i++) out.int16(0)
  })

export const copyInResponse = (columns: number): Buffer =>
  message('G', (out) => {
    out.int8(0)
    out.int16(columns)
    for (let i = 0; i < columns; i++) out.int16(0)
  })

export const errorResponse = (fields: ResponseFields): Buffer => response('E', fields)
export const noticeResponse = (fields: ResponseFields): Buffer => response('N', fields)

function response(type: 'E' | 'N', fields: ResponseFields): Buffer {
  return message(type, (out) => {
    const field = (code: string, value: string | undefined) => {
      if (value === undefined) return
      out.int8(code.charCodeAt(0))
      out.cString(value)
    }
    field('S', fields.severity)
    field('V', fields.severity)
    field('C', fields.sqlstate)
    field('M', fields.message)
    field('D', fields.detail)
    field('H', fields.hint)
    field('W', fields.where)
    field('P', fields.position === undefined ? undefined : String(fields.position))
    out.int8(0)
  })
}

/** For a client that asks for more than protocol 3.0: the version and the options that it must do without. */
export const negotiateProtocolVersion = (options: readonly string[]): Buffer =>
  message('v', (out) => {
    out.int32(3 << 16)
    out.int32(options.length)
    for (const option of options) out.cString(option)
  })
