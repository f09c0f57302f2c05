import type { Principal } from './principal.ts'

/** What the network has to know of a connection's client. */
export interface ClientSession {
  /** Undefined until the client has logged in. */
  readonly principal: Principal | undefined
  /** The largest frame that is taken now. */
  readonly frameBytesMax: number
  /** What belongs to logging in is taken here; undefined for a request like any other. Throws for what ends the connection. */
  take(frame: Buffer): Promise<LoginAnswer> | undefined
}

export interface LoginAnswer {
  readonly answer: readonly Buffer[]
  /** Why the connection ends with this answer. */
  readonly failure?: Error
}

/** Of a listener that asks nobody, and of one where certificates said all. */
export function openSession(principal: Principal, frameBytesMax: number): ClientSession {
  return { principal, frameBytesMax, take: () => undefined }
}
