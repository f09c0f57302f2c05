import type { Decoded, Input, Shape, VersionRange } from './field.ts'

/** One API of the protocol: its key, the versions that the table describes, and what goes both ways. */
export interface Api<Request extends Shape = Shape, Response extends Shape = Shape> {
  readonly key: number
  readonly name: string
  readonly versions: VersionRange
  /** From this version on strings and lists are compact and structs end in tagged fields; Infinity for never. */
  readonly flexibleSince: number
  readonly request: Request
  readonly response: Response
}

export type RequestOf<A> = A extends Api<infer R, infer _> ? Decoded<R> : never
export type ResponseOf<A> = A extends Api<infer _, infer R> ? Decoded<R> : never
export type RequestInput<A> = A extends Api<infer R, infer _> ? Input<R> : never
export type ResponseInput<A> = A extends Api<infer _, infer R> ? Input<R> : never

export function defineApi<Request extends Shape, Response extends Shape>(definition: {
  key: number
  name: string
  versions: readonly [min: number, max: number]
  flexibleSince?: number
  request: Request
  response: Response
}): Api<Request, Response> {
  const [min, max] = definition.versions
  return { ...definition, versions: { min, max }, flexibleSince: definition.flexibleSince ?? Infinity }
}
