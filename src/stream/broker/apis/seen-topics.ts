import type { SeesTopic } from '../groups/group-topics.ts'
import { internal } from '../security/principal.ts'
import type { RequestContext } from './handler.ts'
import type { ApiServices } from './services.ts'

/** Which topics the client may know of; undefined when it may know of all. */
export function seesTopic({ security }: ApiServices, { principal, clientHost }: RequestContext): SeesTopic | undefined {
  const authorizer = security.authorizer()
  if (!authorizer || principal === internal) return undefined
  return (topic) => authorizer.allows({ principal, host: clientHost }, 'describe', 'topic', topic)
}
