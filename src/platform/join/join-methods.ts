import type { ChildExit } from '../supervisor/spawn-child.ts'

/** What a supervisor says to a worker that joins. */
export interface Welcome {
  /** Of Weir. */
  readonly version: string
  /** Of the machine, until it is started again; null where the system has none. */
  readonly machine: string | null
  /** A file of the data directory, and what is in it: who reads something else sees another one. */
  readonly probe: { readonly path: string; readonly text: string }
  /** Where Kafka clients of other machines come in; null where streams lie in a Kafka of somebody else. */
  readonly listener: ListenerPlace | null
}

export interface ListenerPlace {
  readonly address: string
  readonly tls: boolean
  readonly sasl: boolean
}

export interface Introduction {
  /** As the worker calls itself; another one may have the name already. */
  readonly name: string
  readonly machine: string | null
}

/** What a worker answers. Each of its processes has a channel of its own, by the name of its share. */
export type WorkerSide = {
  /** WEIR-2019 when it cannot work here. */
  hello(params: Welcome): Promise<Introduction>
  /** Starts a process and opens the channel `share`. */
  begin(params: { readonly share: string }): null
  /** Kills it. */
  end(params: { readonly share: string }): null
}

/** What a worker tells its supervisor. */
export type SupervisorSide = {
  ended(params: ChildExit & { readonly share: string }): null
  /** Lines that a process of it wrote. */
  said(params: { readonly share: string; readonly lines: readonly string[] }): null
  /** It is about to end: answered when others have its shares, and what it had accepted is committed. */
  leaving(params: null): Promise<null>
}

export const controlName = 'control'
/** Of HTTP's Upgrade. */
export const joinProtocol = 'weir-worker'
export const joinPath = '/api/v1/workers'
