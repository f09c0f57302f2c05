import type { Api } from '../../../protocol/api.ts'
import type { Decoded, Input, Shape } from '../../../protocol/field.ts'
import type { Operation, ResourceType } from '../acl/acl.ts'

/** What the client of a request may do. */
export interface Access {
  may(operation: Operation, type: ResourceType, name: string, options?: AccessOptions): boolean
  /** Whether there is any resource of the type to which it may do it. */
  mayAny(operation: Operation, type: ResourceType): boolean
  /** All that it may do to a resource, as the protocol's bits. */
  operations(type: ResourceType, name: string): number
}

export interface AccessOptions {
  /** The answer only leaves things out, or another right would do as well: a no is neither logged nor counted. */
  readonly quiet?: boolean
}

/** What a guard looks at. */
export interface Scene {
  readonly access: Access
  readonly apiVersion: number
  /** Whether Metadata makes a topic that there is not. */
  readonly autoCreateTopics: boolean
  readonly topicExists: (name: string) => boolean
  readonly topicName: (id: string) => string | undefined
}

/** The request as its handler gets it, and what is done to the answer; or the answer at once. */
export type Decision<R extends Shape, S extends Shape> =
  | {
      readonly request: Decoded<R>
      readonly complete?: (answer: Input<S>) => Input<S>
      /** Why the connection ends when the request is one that is not answered. */
      readonly unanswered?: string
    }
  | { readonly refusal: Input<S> }

/**
 * What one API needs. A guard takes out of a request what its client may not do, and puts it into the answer as refused; so a
 * handler sees nothing that is not allowed, and checks nothing.
 */
export interface Guard<R extends Shape = Shape, S extends Shape = Shape> {
  readonly api: Api<R, S>
  decide(request: Decoded<R>, scene: Scene): Decision<R, S>
}

export function guard<R extends Shape, S extends Shape>(
  api: Api<R, S>,
  decide: (request: Decoded<R>, scene: Scene) => Decision<R, S>,
): Guard {
  return { api, decide } as unknown as Guard
}

/** For APIs that are allowed as a whole, or not at all. */
export function needs<R extends Shape, S extends Shape>(
  api: Api<R, S>,
  isAllowed: (request: Decoded<R>, access: Access) => boolean,
  refuse: (request: Decoded<R>, apiVersion: number) => Input<S>,
): Guard {
  return guard(api, (request, { access, apiVersion }) =>
    isAllowed(request, access) ? { request } : { refusal: refuse(request, apiVersion) },
  )
}

/** Those of a list that are allowed, and the others. */
export function split<T>(all: readonly T[], isAllowed: (one: T) => boolean): readonly [allowed: T[], others: T[]] {
  const [allowed, others]: [T[], T[]] = [[], []]
  for (const one of all) (isAllowed(one) ? allowed : others).push(one)
  return [allowed, others]
}
